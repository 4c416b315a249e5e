/* Start and output of a Cortex-M4 without an operating system; output and the end go
 * to the simulator or debugger by semihosting. */
#include "board.h"

extern uint32_t data_source[], data_begin[], data_end[], bss_begin[], bss_end[], stack_top[];
void reset(void);

static int semihost(int operation, const void *argument) {
  register int r0 __asm__("r0") = operation;
  register const void *r1 __asm__("r1") = argument;
  __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
  return r0;
}

void print_text(const char *text) { semihost(0x04, text); }

void print_whole(int64_t n) {
  char digits[24];
  int at = 23;
  const int negative = n < 0;
  digits[at] = 0;
  do {
    const int digit = (int)(n % 10);
    digits[--at] = (char)('0' + (digit < 0 ? -digit : digit));
    n /= 10;
  } while (n != 0);
  if (negative)
    digits[--at] = '-';
  print_text(digits + at);
}

void print_real(double x) {
  const int64_t thousands = (int64_t)(x*1000 + (x < 0 ? -0.5 : 0.5));
  int64_t rest = thousands % 1000;
  char digits[5] = {'.', 0, 0, 0, 0};
  if (thousands < 0 && thousands > -1000)
    print_text("-");
  print_whole(thousands/1000);
  rest = rest < 0 ? -rest : rest;
  digits[1] = (char)('0' + rest/100);
  digits[2] = (char)('0' + rest/10%10);
  digits[3] = (char)('0' + rest%10);
  print_text(digits);
}

void leave(int code) {
  const uint32_t stop[2] = {0x20026, (uint32_t)code};
  semihost(0x20, stop);
  for (;;) {
  }
}

enum { pattern = 0x5eed5eed };
static uint32_t *watched;

void stack_watch(void) {
  uint32_t *at;
  __asm__ volatile("mov %0, sp" : "=r"(watched));
  watched -= 16; /* what this function itself needs */
  for (at = bss_end; at < watched; ++at)
    *at = pattern;
}

uint32_t stack_used(void) {
  const uint32_t *at = bss_end;
  while (at < watched && *at == pattern)
    ++at;
  return (uint32_t)((const char *)watched - (const char *)at);
}

#define SYSTICK ((volatile uint32_t *)0xe000e010)

void clock_start(void) {
  SYSTICK[1] = 0xffffff;
  SYSTICK[2] = 0;
  SYSTICK[0] = 5;
}

uint32_t clock_ticks(void) { return 0xffffff - SYSTICK[2]; }

void reset(void) {
  uint32_t *from = data_source, *to;
  for (to = data_begin; to < data_end;)
    *to++ = *from++;
  for (to = bss_begin; to < bss_end;)
    *to++ = 0;
  *(volatile uint32_t *)0xe000ed88 |= 0xf << 20; /* the floating point unit */
  __asm__ volatile("dsb\n isb");
  setup();
  for (;;)
    loop();
}

static void fault(void) {
  print_text("the processor faulted\n");
  leave(3);
}

__attribute__((section(".vectors"), used)) void (*const vectors[16])(void) = {
    (void (*)(void))stack_top, reset, fault, fault, fault, fault, fault,
};
