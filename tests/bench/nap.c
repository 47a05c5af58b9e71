/* A bare loop of absolute deadlines, 20 ms apart: what the kernel gives to anybody who asks for no more.
 *
 * Usage: nap TICKS > microseconds from each deadline to the waking, a line each. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

int main(int argc, char **argv) {
    if (argc != 2) return 2;
    struct timespec due, now;
    clock_gettime(CLOCK_MONOTONIC, &due);
    for (int tick = 0; tick < atoi(argv[1]); tick++) {
        due.tv_nsec += 20 * 1000 * 1000;
        if (due.tv_nsec >= 1000 * 1000 * 1000) due.tv_nsec -= 1000 * 1000 * 1000, due.tv_sec++;
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, NULL);
        clock_gettime(CLOCK_MONOTONIC, &now);
        printf("%ld\n", (now.tv_sec - due.tv_sec) * 1000000 + (now.tv_nsec - due.tv_nsec) / 1000);
    }
    return 0;
}
