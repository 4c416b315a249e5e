/* A model compiled into the program, from its C code or as an object: the program
 * is the same. */
#define WHOLE_IMPLEMENTATION
#include "whole.h"

#include <stdio.h>

int main(void) {
  double value = 0;
  if (whole_twice(NULL, 3, &value) != WHOLE_OK)
    return 2;
  if (value != 7)
    return 1;
  puts("embedded.c: all is well");
  return 0;
}
