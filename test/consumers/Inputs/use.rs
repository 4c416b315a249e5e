// A program in Rust that solves with the shared library of fit.opt.
use std::os::raw::{c_char, c_void};

#[repr(C)]
struct Frame {
    workspace: *mut c_void,
    workspace_bytes: usize,
    hook: Option<extern "C" fn(*mut c_void, *const f64, i64, *const f64, i64) -> i64>,
    hook_user: *mut c_void,
    error_site: i32,
    error_values: [i64; 4],
}

#[repr(C)]
#[derive(Default)]
struct Outcome {
    status: i64,
    steps: i64,
    f: f64,
    gradient_norm: f64,
    values: i64,
    gradients: i64,
    hessians: i64,
}

#[link(name = "fit")]
extern "C" {
    fn fit_start(frame: *mut Frame, x: *mut f64, lower: *mut f64, upper: *mut f64) -> i32;
    fn fit_solve_workspace(n: i64, memory: i64) -> usize;
    fn fit_solve(frame: *mut Frame, w: f64, n: i64, x: *const f64, y: *const f64,
                 lower: *const f64, upper: *const f64, z: *mut f64, options: *const c_void,
                 result: *mut Outcome) -> i32;
    fn fit_status_text(status: i64) -> *const c_char;
}

fn main() {
    let mut memory = vec![0f64; unsafe { fit_solve_workspace(4, 100) } / 8 + 1];
    let mut frame = Frame {
        workspace: memory.as_mut_ptr() as *mut c_void,
        workspace_bytes: memory.len() * 8,
        hook: None,
        hook_user: std::ptr::null_mut(),
        error_site: 0,
        error_values: [0; 4],
    };
    let (x, y) = ([0.0, 1.0, 2.0, 3.0], [0.5, 2.5, 4.5, 6.5]);
    let (mut z, mut lower, mut upper) = ([0f64; 2], [0f64; 2], [0f64; 2]);
    let mut outcome = Outcome::default();
    let text = unsafe {
        assert_eq!(fit_start(&mut frame, z.as_mut_ptr(), lower.as_mut_ptr(), upper.as_mut_ptr()), 0);
        assert_eq!(fit_solve(&mut frame, 0.0, 4, x.as_ptr(), y.as_ptr(), lower.as_ptr(),
                             upper.as_ptr(), z.as_mut_ptr(), std::ptr::null(), &mut outcome), 0);
        std::ffi::CStr::from_ptr(fit_status_text(outcome.status))
    };
    assert!((z[0] - 0.5).abs() < 1e-6 && (z[1] - 2.0).abs() < 1e-6);
    println!("use.rs: {} after {} steps", text.to_str().unwrap(), outcome.steps);
}
