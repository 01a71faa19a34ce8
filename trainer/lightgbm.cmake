# Read by CMake as the tool chain file of LightGBM's build (see .cargo/config.toml): the crate that compiles LightGBM has no
# options for these. Plain variables, because LightGBM has declared its options by the time this is read.

# Only the library is linked.
set(BUILD_CLI OFF)
# Eight files at a time: they begin with the same headers and instantiate the same templates.
set(CMAKE_UNITY_BUILD ON)
