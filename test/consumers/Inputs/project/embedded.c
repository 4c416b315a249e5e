/* A model compiled into the program: the function `twice` of whole.opt. */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* As in lib/runtime/Runtime.h. */
typedef struct {
  void *workspace;
  size_t workspace_bytes;
  void *hook, *hook_user;
  int32_t error_site;
  int64_t error_values[4];
} frame;
int32_t twice(frame *f, void *const *arguments);

int main(void) {
  double x = 3, value = 0;
  void *arguments[] = {&x, &value};
  frame f = {0};
  if (twice(&f, arguments) != 0)
    return 2;
  if (value != 7)
    return 1;
  puts("embedded.c: all is well");
  return 0;
}
