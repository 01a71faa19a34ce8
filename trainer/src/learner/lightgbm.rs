//! The part of LightGBM's C interface that training needs, behind safe types.
//!
//! The safe wrapper crate `lightgbm3` was weighed: its data sets take no parameters, so categorical features and bin
//! settings cannot be passed, and it trains without telling progress. The bindings below it are used directly.
#![expect(unsafe_code, reason = "LightGBM is a C library; every call is in this file")]

use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::ptr;

use lightgbm3_sys as sys;

use super::{Matrix, Parameters, Rounds, Sample};

/// Trains and returns the text model.
pub(super) fn train(
    matrix: &Matrix<'_>,
    training: &Sample,
    rounds: Rounds<'_>,
    parameters: &Parameters,
    progress: &mut dyn FnMut(usize),
) -> Result<String, String> {
    silence();
    let categorical: Vec<String> = matrix.categorical.iter().map(ToString::to_string).collect();
    let mut text = format!("{} metric=binary_logloss verbosity=-1", parameters.as_text());
    if !categorical.is_empty() {
        text.push_str(&format!(" categorical_feature={}", categorical.join(",")));
    }
    let text = c_string(&text)?;
    let data = Dataset::new(matrix, training, &text, None)?;
    let validation = match rounds {
        Rounds::UntilBest { validation, .. } => Some(Dataset::new(matrix, validation, &text, Some(&data))?),
        Rounds::Exactly(_) => None,
    };
    let booster = Booster::new(&data, &text)?;
    if let Some(validation) = &validation {
        check(unsafe { sys::LGBM_BoosterAddValidData(booster.handle, validation.handle) })?;
    }
    let (most, patience) = match rounds {
        Rounds::Exactly(count) => (count, usize::MAX),
        Rounds::UntilBest { patience, most, .. } => (most, patience),
    };
    let mut best = (f64::INFINITY, 0);
    let mut grown = 0;
    while grown < most && grown - best.1.min(grown) < patience {
        let finished = booster.grow()?;
        if finished {
            break; // no split left that is worth making
        }
        grown += 1;
        progress(grown);
        if validation.is_none() {
            best.1 = grown;
        } else {
            let loss = booster.validation_loss()?;
            if loss < best.0 {
                best = (loss, grown);
            }
        }
    }
    if grown == 0 {
        return Err("no tree could be grown: no feature separates the classes on so few rows".to_owned());
    }
    booster.text(best.1.max(1))
}

/// LightGBM reports to standard output, which belongs to results.
fn silence() {
    unsafe extern "C" fn ignore(_: *const c_char) {}
    // SAFETY: the callback is a plain function that lives as long as the program.
    unsafe { sys::LGBM_RegisterLogCallback(Some(ignore)) };
}

struct Dataset {
    handle: sys::DatasetHandle,
}

impl Dataset {
    fn new(matrix: &Matrix<'_>, sample: &Sample, parameters: &CStr, reference: Option<&Self>) -> Result<Self, String> {
        let rows = c_int::try_from(sample.labels.len()).map_err(|_| "too many rows for one machine".to_owned())?;
        let columns = c_int::try_from(matrix.names.len()).map_err(|_| "too many features".to_owned())?;
        if sample.values.len() != sample.labels.len() * matrix.names.len() {
            return Err("rows and features do not fit together".to_owned());
        }
        let mut handle = ptr::null_mut();
        // SAFETY: `values` holds rows × columns doubles, checked above; LightGBM copies them.
        check(unsafe {
            sys::LGBM_DatasetCreateFromMat(
                sample.values.as_ptr().cast::<c_void>(),
                sys::C_API_DTYPE_FLOAT64 as c_int,
                rows,
                columns,
                1,
                parameters.as_ptr(),
                reference.map_or(ptr::null_mut(), |reference| reference.handle),
                &raw mut handle,
            )
        })?;
        let dataset = Self { handle };
        // SAFETY: `labels` holds `rows` floats; LightGBM copies them.
        check(unsafe {
            sys::LGBM_DatasetSetField(
                handle,
                c"label".as_ptr(),
                sample.labels.as_ptr().cast::<c_void>(),
                rows,
                sys::C_API_DTYPE_FLOAT32 as c_int,
            )
        })?;
        if reference.is_none() {
            let names = matrix
                .names
                .iter()
                .map(|name| c_string(name))
                .collect::<Result<Vec<_>, _>>()?;
            let mut pointers: Vec<*const c_char> = names.iter().map(|name| name.as_ptr()).collect();
            // SAFETY: `pointers` holds `columns` strings that outlive the call.
            check(unsafe { sys::LGBM_DatasetSetFeatureNames(handle, pointers.as_mut_ptr(), columns) })?;
        }
        Ok(dataset)
    }
}

impl Drop for Dataset {
    fn drop(&mut self) {
        // SAFETY: the handle came from LightGBM and is freed once.
        unsafe { sys::LGBM_DatasetFree(self.handle) };
    }
}

/// Borrows its data sets: LightGBM keeps pointers to them.
struct Booster<'a> {
    handle: sys::BoosterHandle,
    _data: &'a Dataset,
}

impl<'a> Booster<'a> {
    fn new(data: &'a Dataset, parameters: &CStr) -> Result<Self, String> {
        let mut handle = ptr::null_mut();
        // SAFETY: the data set is alive and stays so, by the borrow.
        check(unsafe { sys::LGBM_BoosterCreate(data.handle, parameters.as_ptr(), &raw mut handle) })?;
        Ok(Self { handle, _data: data })
    }

    /// Adds a tree; true when there was nothing left to split.
    fn grow(&self) -> Result<bool, String> {
        let mut finished = 0;
        // SAFETY: the handle is alive.
        check(unsafe { sys::LGBM_BoosterUpdateOneIter(self.handle, &raw mut finished) })?;
        Ok(finished != 0)
    }

    fn validation_loss(&self) -> Result<f64, String> {
        let (mut count, mut losses) = (0, [f64::NAN; 8]);
        // SAFETY: one metric is configured, so one number is written.
        check(unsafe { sys::LGBM_BoosterGetEval(self.handle, 1, &raw mut count, losses.as_mut_ptr()) })?;
        Ok(losses[0])
    }

    fn text(&self, trees: usize) -> Result<String, String> {
        let trees = c_int::try_from(trees).map_err(|_| "too many trees".to_owned())?;
        let mut buffer = vec![0_u8; 1 << 20];
        loop {
            let mut length = 0_i64;
            let size = i64::try_from(buffer.len()).map_err(|_| "the model is too large".to_owned())?;
            // SAFETY: at most `size` bytes are written to the buffer; `length` tells how many are needed.
            check(unsafe {
                sys::LGBM_BoosterSaveModelToString(
                    self.handle,
                    0,
                    trees,
                    sys::C_API_FEATURE_IMPORTANCE_SPLIT as c_int,
                    size,
                    &raw mut length,
                    buffer.as_mut_ptr().cast::<c_char>(),
                )
            })?;
            let length = usize::try_from(length).map_err(|_| "no model was written".to_owned())?;
            if length <= buffer.len() {
                let text = CStr::from_bytes_until_nul(&buffer).map_err(|_| "the model has no end".to_owned())?;
                return text
                    .to_str()
                    .map(str::to_owned)
                    .map_err(|_| "the model is not UTF-8".to_owned());
            }
            buffer.resize(length, 0);
        }
    }
}

impl Drop for Booster<'_> {
    fn drop(&mut self) {
        // SAFETY: the handle came from LightGBM and is freed once, before its data sets.
        unsafe { sys::LGBM_BoosterFree(self.handle) };
    }
}

fn check(code: c_int) -> Result<(), String> {
    if code == 0 {
        return Ok(());
    }
    // SAFETY: LightGBM returns a valid string that lives until the next call on this thread.
    let message = unsafe { CStr::from_ptr(sys::LGBM_GetLastError()) };
    Err(message.to_string_lossy().into_owned())
}

fn c_string(text: &str) -> Result<CString, String> {
    CString::new(text).map_err(|_| "a name or a parameter holds a NUL character".to_owned())
}
