//! LightGBM's C library itself: how calls fail, how it hands over texts, and what parameters it knows.
#![expect(
    unsafe_code,
    reason = "LightGBM is a C library; every call is in this file and in lightgbm.rs"
)]

use std::collections::BTreeMap;
use std::ffi::{CStr, CString, c_char, c_int};

use lightgbm3_sys as sys;

/// Names of all parameters that LightGBM knows, each with its other names.
pub(super) fn parameter_names() -> Result<BTreeMap<String, Vec<String>>, String> {
    let text = text_of(|size, length, buffer| {
        // SAFETY: at most `size` bytes are written to the buffer; `length` tells how many are needed.
        unsafe { sys::LGBM_DumpParamAliases(size, length, buffer) }
    })?;
    serde_json::from_str(&text).map_err(|error| format!("its list of parameters is not readable: {error}"))
}

/// A text that LightGBM writes into a buffer: `write` is told its size and tells the length that the text needs.
pub(super) fn text_of(write: impl Fn(i64, *mut i64, *mut c_char) -> c_int) -> Result<String, String> {
    let mut buffer = vec![0_u8; 1 << 20];
    loop {
        let mut length = 0_i64;
        let size = i64::try_from(buffer.len()).map_err(|_| "the text is too large".to_owned())?;
        check(write(size, &raw mut length, buffer.as_mut_ptr().cast::<c_char>()))?;
        let length = usize::try_from(length).map_err(|_| "no text was written".to_owned())?;
        if length <= buffer.len() {
            let text = CStr::from_bytes_until_nul(&buffer).map_err(|_| "the text has no end".to_owned())?;
            return text
                .to_str()
                .map(str::to_owned)
                .map_err(|_| "the text is not UTF-8".to_owned());
        }
        buffer.resize(length, 0);
    }
}

pub(super) fn check(code: c_int) -> Result<(), String> {
    if code == 0 {
        return Ok(());
    }
    // SAFETY: LightGBM returns a valid string that lives until the next call on this thread.
    let message = unsafe { CStr::from_ptr(sys::LGBM_GetLastError()) };
    // Failed checks end with the place in LightGBM's source.
    let message = message.to_string_lossy();
    let message = message.split(" at /").next().unwrap_or_default();
    Err(message.split_whitespace().collect::<Vec<_>>().join(" "))
}

pub(super) fn c_string(text: &str) -> Result<CString, String> {
    CString::new(text).map_err(|_| "a name or a parameter holds a NUL character".to_owned())
}
