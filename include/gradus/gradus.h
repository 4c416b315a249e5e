/*===- gradus.h - Gradus in a C program ---------------------------------------===//
 *
 * Compiles models of the language, evaluates their functions with derivatives, and
 * solves their problems, in the process that calls it:
 *
 *     gradus_model *model = NULL;
 *     gradus_messages *messages = NULL;
 *     if (gradus_model_compile_file("line.opt", NULL, &model, &messages) != GRADUS_OK)
 *       fputs(gradus_messages_text(messages), stderr);
 *
 * Rules that hold everywhere
 * - A model is immutable and may be shared between threads. An instance is a
 *   model with bound values, workspace and compiled callables: one thread at a
 *   time, except gradus_instance_cancel(), which any thread may call.
 * - Functions return GRADUS_OK or a code; the codes are the exit codes of the
 *   command. Where there is a last argument `messages`, it may be NULL; else
 *   *messages becomes what there is to say (warnings too), or NULL.
 * - Every *_free takes NULL. Texts are UTF-8 and belong to the object they came from.
 * - Numbers of arrays lie row by row. Bound arrays are read where they are: they
 *   stay the caller's, must live as long as the binding, and may change between calls.
 * - Nothing here ends the process, prints, changes signal handlers, rounding or locale.
 *
 *===----------------------------------------------------------------------===*/
#ifndef GRADUS_GRADUS_H
#define GRADUS_GRADUS_H

#include <stddef.h>
#include <stdint.h>

#define GRADUS_API_VERSION 1

#if defined(__GNUC__)
#define GRADUS_API __attribute__((visibility("default")))
#else
#define GRADUS_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

typedef struct gradus_model gradus_model;
typedef struct gradus_instance gradus_instance;
typedef struct gradus_solution gradus_solution;
typedef struct gradus_messages gradus_messages;

enum {
  GRADUS_OK = 0,
  GRADUS_USAGE = 1,             /* a call that makes no sense: an unknown name, a wrong length */
  GRADUS_MODEL_ERROR = 2,       /* an error in the text of the model */
  GRADUS_DATA_ERROR = 3,        /* an error in data */
  GRADUS_LIMIT = 4,             /* of steps or time; there is a solution */
  GRADUS_ACCEPTABLE = 5,        /* less exact than was asked for; there is a solution */
  GRADUS_INFEASIBLE = 6,
  GRADUS_UNBOUNDED = 7,
  GRADUS_NOT_EVALUABLE = 8,     /* no value at the start */
  GRADUS_EVALUATION_FAILED = 9,
  GRADUS_STALLED = 10,          /* no way down was found, though it is no minimum */
  GRADUS_RESOURCE_LIMIT = 12,   /* of sizes or nesting */
  GRADUS_OUT_OF_MEMORY = 13,
  GRADUS_FILE_ERROR = 14,
  GRADUS_INTERNAL = 70,         /* a defect of Gradus */
  GRADUS_INTERRUPTED = 130      /* cancelled; there is a solution, the best point so far */
};

/* "0.1.0" */
GRADUS_API const char *gradus_version(void);
/* GRADUS_API_VERSION of the library: it loads only where it is that of the header. */
GRADUS_API int gradus_api_version(void);
/* "converged", "limit", ...: a word for a code. */
GRADUS_API const char *gradus_code_name(int code);

/*--- messages ------------------------------------------------------------------*/

typedef struct {
  const char *code;    /* "E0204": gradus explain says more */
  const char *file;    /* "" where there is no place */
  uint32_t line;       /* from 1; 0 where there is no place */
  uint32_t column;     /* from 1, in characters */
  int is_error;        /* 0: a warning */
  const char *message; /* one line */
  const char *remedy;  /* what to do; may be "" */
} gradus_message;

GRADUS_API size_t gradus_messages_count(const gradus_messages *messages);
GRADUS_API gradus_message gradus_messages_get(const gradus_messages *messages, size_t index);
/* All as the command prints them, with the lines of the model; "" for NULL. */
GRADUS_API const char *gradus_messages_text(const gradus_messages *messages);
GRADUS_API void gradus_messages_free(gradus_messages *messages);

/*--- models --------------------------------------------------------------------*/

typedef struct {
  size_t size; /* sizeof(gradus_compile_options): GRADUS_COMPILE_OPTIONS sets it */
  int strict;  /* neither fuse multiply-adds nor reassociate sums: the same bits everywhere */
  /* Of functions. 0: quickest to compile; 1: vectorized, the usual one; 2: all of LLVM's
   * passes; 3: not compiled, for what is called a few times. */
  int level;
  int cache;   /* keep machine code for later processes, as gradus cache shows it */
  const char *const *allow_paths; /* directories that the model may read too */
  size_t allow_path_count;
  /* Threads of each instance that share long loops; 0 or 1: none but the caller's. The
   * result is the same for any number. */
  int threads;
} gradus_compile_options;
#define GRADUS_COMPILE_OPTIONS {sizeof(gradus_compile_options), 0, 1, 0, NULL, 0, 0}

/* `options` may be NULL. */
GRADUS_API int gradus_model_compile_file(const char *path, const gradus_compile_options *options,
                                         gradus_model **model, gradus_messages **messages);
/* `path` is for messages, and imports and data are looked for beside it. */
GRADUS_API int gradus_model_compile_text(const char *path, const char *text, size_t length,
                                         const gradus_compile_options *options,
                                         gradus_model **model, gradus_messages **messages);
/* Instances keep their model alive. */
GRADUS_API void gradus_model_free(gradus_model *model);

GRADUS_API size_t gradus_model_function_count(const gradus_model *model);
GRADUS_API const char *gradus_model_function_name(const gradus_model *model, size_t index);
GRADUS_API size_t gradus_model_problem_count(const gradus_model *model);
GRADUS_API const char *gradus_model_problem_name(const gradus_model *model, size_t index);

/*--- instances -----------------------------------------------------------------*/

GRADUS_API int gradus_instance_new(const gradus_model *model, gradus_instance **instance,
                                   gradus_messages **messages);
GRADUS_API void gradus_instance_free(gradus_instance *instance);

/* A parameter that is one number. */
GRADUS_API int gradus_instance_set(gradus_instance *instance, const char *name, double value);
/* A parameter or data that is an array. `extents`: one for each axis; NULL: a
 * vector of `count` numbers, or an array whose sizes are known. No copy is made. */
GRADUS_API int gradus_instance_bind(gradus_instance *instance, const char *name,
                                    const double *numbers, size_t count, const size_t *extents,
                                    size_t axes);

/*--- functions -----------------------------------------------------------------*/

/* An argument: one number (count 1), a vector, or an array of `axes` extents. */
typedef struct {
  const double *numbers;
  size_t count;
  const size_t *extents; /* may be NULL, as above */
  size_t axes;
} gradus_argument;

/* What is computed, and what is written. N numbers: the real arguments one after
 * the other. M: the elements of the value, or the residuals. */
typedef enum {
  GRADUS_VALUE,          /* M */
  GRADUS_GRADIENT,       /* N; the value is one number, here and below */
  GRADUS_VALUE_GRADIENT, /* 1 + N */
  GRADUS_HESSIAN_VECTOR, /* N; times `direction` */
  GRADUS_HESSIAN,        /* N by N */
  GRADUS_RESIDUAL,       /* M; the value is half the sum of their squares and a constant */
  GRADUS_JACOBIAN        /* M by N; of the value if it is an array, else of the residuals */
} gradus_quantity;

/* `function` names a function, an objective or a problem; arguments are those of
 * the function, or the unknowns, in the order of their declaration. `needed`
 * becomes the numbers of the result; with `result` NULL that is all. `direction`:
 * N numbers, for GRADUS_HESSIAN_VECTOR only. The first call for each pair of
 * function and quantity compiles it. */
GRADUS_API int gradus_instance_evaluate(gradus_instance *instance, const char *function,
                                        gradus_quantity quantity,
                                        const gradus_argument *arguments, size_t argument_count,
                                        const double *direction, double *result, size_t room,
                                        size_t *needed, gradus_messages **messages);

/*--- problems ------------------------------------------------------------------*/

typedef struct {
  int64_t iteration; /* 0 is the start */
  double objective, gradient_norm, step;
  const double *x; /* the unknowns one after the other, during a call back; NULL in a trace
                      without points */
  size_t n;
} gradus_progress;

/* Numbers of an unknown, or multipliers of a named constraint; read during the call. */
typedef struct {
  const char *name;
  const double *numbers;
  size_t count;
} gradus_named_numbers;

typedef struct {
  size_t size;        /* sizeof(gradus_solve_options): GRADUS_SOLVE_OPTIONS sets it */
  const char *method; /* "lbfgs(tol = 1e-10)"; NULL: the model's */
  double max_time;    /* seconds; 0: no limit */
  int trace;          /* keep every iteration: gradus_solution_trace */
  /* Called after each iteration on the thread that solves; not 0 stops. May be NULL. */
  int (*progress)(void *user, const gradus_progress *progress);
  void *user;
  /* Instead of the model's start: of unknowns, and multipliers of named constraints,
   * such as those of the solution before. */
  const gradus_named_numbers *start;
  size_t start_count;
  const gradus_named_numbers *fixed; /* unknowns that are not to move */
  size_t fixed_count;
} gradus_solve_options;
#define GRADUS_SOLVE_OPTIONS {sizeof(gradus_solve_options), NULL, 0, 0, NULL, NULL, NULL, 0, NULL, 0}

/* `problem` may be NULL where there is only one, `options` too. With the codes that
 * say "there is a solution", and GRADUS_OK, *solution becomes it; else NULL. */
GRADUS_API int gradus_instance_solve(gradus_instance *instance, const char *problem,
                                     const gradus_solve_options *options,
                                     gradus_solution **solution, gradus_messages **messages);
/* Ends the solve that runs on another thread, or the next one, at its next iteration. */
GRADUS_API void gradus_instance_cancel(gradus_instance *instance);

GRADUS_API void gradus_solution_free(gradus_solution *solution);
GRADUS_API int gradus_solution_code(const gradus_solution *solution);
GRADUS_API const char *gradus_solution_message(const gradus_solution *solution);
GRADUS_API const char *gradus_solution_method(const gradus_solution *solution);
GRADUS_API double gradus_solution_objective(const gradus_solution *solution);
GRADUS_API double gradus_solution_gradient_norm(const gradus_solution *solution);
GRADUS_API double gradus_solution_max_violation(const gradus_solution *solution);
GRADUS_API int64_t gradus_solution_iterations(const gradus_solution *solution);
/* Evaluations of value, gradient and Hessian. */
GRADUS_API void gradus_solution_evaluations(const gradus_solution *solution, int64_t *values,
                                            int64_t *gradients, int64_t *hessians);
/* All unknowns one after the other. */
GRADUS_API const double *gradus_solution_x(const gradus_solution *solution, size_t *n);
GRADUS_API const double *gradus_solution_gradient(const gradus_solution *solution, size_t *n);
/* One unknown by its name, or NULL. */
GRADUS_API const double *gradus_solution_unknown(const gradus_solution *solution, const char *name,
                                                 size_t *count);
/* The multipliers of a named constraint, row by row; NULL where there is none: what the
 * objective, as written, changes by when the side that holds the constraint moves by one. */
GRADUS_API const double *gradus_solution_multipliers(const gradus_solution *solution,
                                                     const char *name, size_t *count);
GRADUS_API size_t gradus_solution_trace_count(const gradus_solution *solution);
GRADUS_API gradus_progress gradus_solution_trace(const gradus_solution *solution, size_t index);

#ifdef __cplusplus
}
#endif

#endif
