/* The yardstick of the tick: nothing but the libopus calls and the sums, as plain as C can be.
 *
 * Usage: bare SPEAKERS TICKS OWN < packets    each packet a 16-bit length and its bytes; every speaker in turn, for each
 * tick. Decodes all, sums, encodes the sum for all and the sum without themselves for the first OWN. Prints CPU
 * microseconds per tick. */
#include <opus/opus.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { TICK = 960, MOST = 64, LONGEST = 1275 };

static OpusEncoder *encoder(void) {
    int error;
    OpusEncoder *made = opus_encoder_create(48000, 1, OPUS_APPLICATION_RESTRICTED_LOWDELAY, &error);
    opus_encoder_ctl(made, OPUS_SET_BITRATE(64000));
    opus_encoder_ctl(made, OPUS_SET_COMPLEXITY(5));
    return made;
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return time.tv_sec * 1e6 + time.tv_nsec / 1e3;
}

int main(int argc, char **argv) {
    if (argc != 4) return 2;
    int speakers = atoi(argv[1]), ticks = atoi(argv[2]), own = atoi(argv[3]), error;
    if (speakers > MOST || own > speakers) return 2;
    static float heard[MOST][TICK], total[TICK], mine[TICK];
    static unsigned char packet[LONGEST], out[LONGEST];
    OpusDecoder *decoders[MOST];
    OpusEncoder *encoders[MOST + 1];
    for (int n = 0; n < speakers; n++) decoders[n] = opus_decoder_create(48000, 1, &error);
    for (int n = 0; n <= own; n++) encoders[n] = encoder();
    double spent = 0;
    for (int tick = 0; tick < ticks; tick++) {
        for (int n = 0; n < speakers; n++) {
            uint16_t size;
            if (fread(&size, 2, 1, stdin) != 1 || size > LONGEST || fread(packet, 1, size, stdin) != size) return 1;
            double begun = now();
            if (opus_decode_float(decoders[n], packet, size, heard[n], TICK, 0) != TICK) return 1;
            spent += now() - begun;
        }
        double begun = now();
        for (int i = 0; i < TICK; i++) total[i] = heard[0][i];
        for (int n = 1; n < speakers; n++)
            for (int i = 0; i < TICK; i++) total[i] += heard[n][i];
        if (own < speakers && opus_encode_float(encoders[own], total, TICK, out, LONGEST) < 0) return 1;
        for (int n = 0; n < own; n++) {
            for (int i = 0; i < TICK; i++) mine[i] = total[i] - heard[n][i];
            if (opus_encode_float(encoders[n], mine, TICK, out, LONGEST) < 0) return 1;
        }
        spent += now() - begun;
    }
    printf("%.3f\n", spent / ticks);
    return 0;
}
