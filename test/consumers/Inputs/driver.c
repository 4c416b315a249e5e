/* The C interface from C99: values, derivatives, a solve, errors with places. */
#include <gradus/gradus.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int failures = 0;

static void check(int holds, const char *what, int line) {
  if (!holds) {
    fprintf(stderr, "driver.c:%d: %s\n", line, what);
    ++failures;
  }
}
#define CHECK(condition) check((condition) != 0, #condition, __LINE__)

static int near(double a, double b) { return fabs(a - b) <= 1e-9 * fmax(1.0, fabs(b)); }

static int stop_at_once(void *user, const gradus_progress *progress) {
  *(int64_t *)user = progress->iteration;
  return 1;
}

int main(int count, char **arguments) {
  gradus_model *model = NULL;
  gradus_messages *messages = NULL;
  gradus_instance *instance = NULL;
  gradus_solution *solution = NULL;
  double out[64];
  size_t needed = 0;
  if (count != 2)
    return 2;
  CHECK(gradus_api_version() == GRADUS_API_VERSION);
  CHECK(strcmp(gradus_version(), "") != 0);

  /* Errors have codes and places. */
  const char *wrong = "fn f(x) = x +* 2\n";
  CHECK(gradus_model_compile_text("wrong.opt", wrong, strlen(wrong), NULL, &model, &messages) ==
        GRADUS_MODEL_ERROR);
  CHECK(model == NULL && gradus_messages_count(messages) == 1);
  gradus_message m = gradus_messages_get(messages, 0);
  CHECK(strcmp(m.file, "wrong.opt") == 0 && m.line == 1 && m.column == 14 && m.is_error);
  CHECK(m.code[0] == 'E' && strstr(gradus_messages_text(messages), "wrong.opt:1:14") != NULL);
  gradus_messages_free(messages);
  CHECK(gradus_model_compile_file("/nowhere.opt", NULL, &model, &messages) == GRADUS_FILE_ERROR);
  gradus_messages_free(messages);

  if (gradus_model_compile_file(arguments[1], NULL, &model, &messages) != GRADUS_OK) {
    fputs(gradus_messages_text(messages), stderr);
    return 1;
  }
  CHECK(messages == NULL);
  CHECK(gradus_model_function_count(model) == 3 && gradus_model_problem_count(model) == 1);
  CHECK(strcmp(gradus_model_function_name(model, 0), "quadratic") == 0);
  CHECK(gradus_instance_new(model, &instance, &messages) == GRADUS_OK);
  gradus_model_free(model); /* the instance keeps it */

  /* Values that are not there are an error, and then are given. */
  double x = 2, y = 1;
  gradus_argument two[] = {{&x, 1, NULL, 0}, {&y, 1, NULL, 0}};
  CHECK(gradus_instance_evaluate(instance, "quadratic", GRADUS_VALUE, two, 2, NULL, out, 1, NULL,
                                 &messages) == GRADUS_USAGE);
  CHECK(gradus_messages_count(messages) == 1);
  gradus_messages_free(messages);
  double w[] = {1, 2, 3};
  CHECK(gradus_instance_bind(instance, "w", w, 3, NULL, 0) == GRADUS_OK);

  /* Every quantity of a function of numbers. */
  CHECK(gradus_instance_evaluate(instance, "quadratic", GRADUS_VALUE_GRADIENT, two, 2, NULL, out,
                                 64, &needed, &messages) == GRADUS_OK);
  CHECK(needed == 3 && near(out[0], 4) && near(out[1], 2) && near(out[2], 4));
  y = 0; /* arguments are read where they are */
  CHECK(gradus_instance_evaluate(instance, "quadratic", GRADUS_GRADIENT, two, 2, NULL, out, 2,
                                 NULL, NULL) == GRADUS_OK);
  CHECK(near(out[0], 4) && near(out[1], -4));
  CHECK(gradus_instance_evaluate(instance, "quadratic", GRADUS_HESSIAN, two, 2, NULL, out, 4,
                                 &needed, NULL) == GRADUS_OK);
  CHECK(needed == 4 && near(out[0], 2) && near(out[1], -2) && near(out[2], -2) && near(out[3], 8));
  double direction[] = {1, 1};
  CHECK(gradus_instance_evaluate(instance, "quadratic", GRADUS_HESSIAN_VECTOR, two, 2, direction,
                                 out, 2, NULL, NULL) == GRADUS_OK);
  CHECK(near(out[0], 0) && near(out[1], 6));
  CHECK(gradus_instance_evaluate(instance, "quadratic", GRADUS_RESIDUAL, two, 2, NULL, out, 64,
                                 &needed, &messages) == GRADUS_OK);
  double squares = 0;
  for (size_t k = 0; k < needed; ++k)
    squares += out[k] * out[k] / 2;
  CHECK(near(squares, 4));

  /* Arrays: sizes follow from the lengths, and may change. */
  double v[] = {1, 2, 3}, scale = 2;
  gradus_argument array[] = {{v, 3, NULL, 0}, {&scale, 1, NULL, 0}};
  CHECK(gradus_instance_evaluate(instance, "weighted", GRADUS_GRADIENT, array, 2, NULL, out, 64,
                                 &needed, NULL) == GRADUS_OK);
  CHECK(needed == 4 && near(out[0], 4) && near(out[1], 16) && near(out[2], 36) && near(out[3], 36));
  array[0].count = 2;
  CHECK(gradus_instance_evaluate(instance, "weighted", GRADUS_VALUE, array, 2, NULL, out, 64,
                                 &needed, NULL) == GRADUS_OK);
  CHECK(needed == 1 && near(out[0], 18));
  CHECK(gradus_instance_evaluate(instance, "polar", GRADUS_JACOBIAN, two, 2, NULL, out, 64, &needed,
                                 NULL) == GRADUS_OK);
  CHECK(needed == 4 && near(out[0], 1) && near(out[1], 0) && near(out[2], 0) && near(out[3], 2));

  /* Calls that make no sense say so. */
  CHECK(gradus_instance_evaluate(instance, "nothing", GRADUS_VALUE, two, 2, NULL, out, 1, NULL,
                                 &messages) != GRADUS_OK);
  CHECK(gradus_messages_count(messages) == 1);
  gradus_messages_free(messages);
  CHECK(gradus_instance_evaluate(instance, "quadratic", GRADUS_VALUE, two, 1, NULL, out, 1, NULL,
                                 NULL) == GRADUS_USAGE);
  CHECK(gradus_instance_evaluate(instance, "quadratic", GRADUS_HESSIAN, two, 2, NULL, out, 3, NULL,
                                 NULL) == GRADUS_USAGE);
  CHECK(gradus_instance_evaluate(instance, "polar", GRADUS_GRADIENT, two, 2, NULL, out, 64, NULL,
                                 NULL) == GRADUS_USAGE);
  CHECK(gradus_instance_evaluate(NULL, "polar", GRADUS_VALUE, two, 2, NULL, out, 64, NULL, NULL) ==
        GRADUS_USAGE);

  /* A solve with numbers from memory; they may change between solves. */
  for (int round = 0; round < 3; ++round) {
    w[0] = round;
    CHECK(gradus_instance_solve(instance, NULL, NULL, &solution, &messages) == GRADUS_OK);
    size_t n = 0;
    const double *at = gradus_solution_unknown(solution, "x", &n);
    CHECK(n == 3 && at && near(at[0], round) && near(at[1], 2) && near(at[2], 3));
    CHECK(near(gradus_solution_objective(solution) + 1, 1));
    CHECK(strcmp(gradus_solution_method(solution), "lbfgs") == 0);
    CHECK(gradus_solution_code(solution) == GRADUS_OK);
    gradus_solution_free(solution);
    gradus_messages_free(messages);
  }
  double longer[] = {4, 5, 6, 7};
  CHECK(gradus_instance_bind(instance, "w", longer, 4, NULL, 0) == GRADUS_OK);
  CHECK(gradus_instance_set(instance, "rho", 2) == GRADUS_OK);
  gradus_solve_options options = GRADUS_SOLVE_OPTIONS;
  options.method = "gradient_descent(rate = 0.1, steps = 4, tol = 0)";
  options.trace = 1;
  CHECK(gradus_instance_solve(instance, NULL, &options, &solution, NULL) == GRADUS_LIMIT);
  CHECK(gradus_solution_trace_count(solution) == 5 && gradus_solution_iterations(solution) == 4);
  CHECK(near(gradus_solution_trace(solution, 0).objective, 2 * (16 + 25 + 36 + 49)));
  CHECK(gradus_solution_trace(solution, 0).n == 4);
  gradus_solution_free(solution);

  /* A call back can stop, and so can another thread, here before the start. */
  int64_t seen = -1;
  options.progress = stop_at_once;
  options.user = &seen;
  CHECK(gradus_instance_solve(instance, NULL, &options, &solution, NULL) == GRADUS_INTERRUPTED);
  CHECK(seen == 0);
  gradus_solution_free(solution);
  options.progress = NULL;
  gradus_instance_cancel(instance);
  CHECK(gradus_instance_solve(instance, NULL, &options, &solution, NULL) == GRADUS_INTERRUPTED);
  gradus_solution_free(solution);
  CHECK(gradus_instance_solve(instance, NULL, &options, &solution, NULL) == GRADUS_LIMIT);
  gradus_solution_free(solution);
  CHECK(gradus_instance_solve(instance, "nothing", NULL, &solution, NULL) == GRADUS_USAGE);
  CHECK(solution == NULL);

  gradus_instance_free(instance);
  gradus_solution_free(NULL);
  gradus_messages_free(NULL);
  if (failures == 0)
    puts("driver.c: all is well");
  return failures != 0;
}
