// A program in Go that solves with the emitted header of fit.opt.
package main

/*
#cgo LDFLAGS: -lm
#define FIT_IMPLEMENTATION
#include <stdlib.h>
#include "fit.h"
*/
import "C"

import (
	"fmt"
	"math"
	"os"
	"unsafe"
)

func main() {
	bytes := C.size_t(1 << 15)
	var frame C.fit_frame
	frame.workspace = C.malloc(bytes)
	frame.workspace_bytes = bytes
	x := []C.double{0, 1, 2, 3}
	y := []C.double{0.5, 2.5, 4.5, 6.5}
	z, lower, upper := make([]C.double, 2), make([]C.double, 2), make([]C.double, 2)
	var result C.fit_solve_result
	first := func(a []C.double) *C.double { return (*C.double)(unsafe.Pointer(&a[0])) }
	if C.fit_start(&frame, first(z), first(lower), first(upper)) != 0 ||
		C.fit_solve(&frame, 0, 4, first(x), first(y), first(lower), first(upper), first(z), nil, &result) != 0 ||
		math.Abs(float64(z[0])-0.5) > 1e-6 || math.Abs(float64(z[1])-2) > 1e-6 {
		os.Exit(1)
	}
	fmt.Printf("use.go: %s after %d steps\n", C.GoString(C.fit_status_text(result.status)), int(result.steps))
}
