/* What a sketch finds on the board: setup() and loop() are its own, as on an Arduino. */
#ifndef BOARD_H
#define BOARD_H

#include <stdint.h>

void setup(void);
void loop(void);

void print_text(const char *text);
void print_whole(int64_t n);
/* With three digits behind the point. */
void print_real(double x);
/* Ends the simulation. */
void leave(int code);

/* Fills the free stack with a pattern; how much of it was used since, in bytes. */
void stack_watch(void);
uint32_t stack_used(void);
/* A clock that counts 25 millions a second: with qemu's -icount, 40 instructions each. */
void clock_start(void);
uint32_t clock_ticks(void);

#endif
