package dev.assay.model.internal.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.model.config.PositionEncoding;
import dev.assay.model.config.RotaryScaling;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The expected frequencies are those of transformers 5.18 for heads of width 16. */
class RotaryFrequenciesTest {
    /** Two in the last place: the power, and one more for a machine with another kernel. */
    private static final double RELATIVE = 2.5e-7;

    static Stream<Arguments> scalings() {
        return Stream.of(
                Arguments.of(10_000, new RotaryScaling.Linear(3), 64, new double[] {
                    0.3333333432674408, 0.10540925711393356, 0.03333333507180214, 0.010540925897657871,
                    0.003333333181217313, 0.0010540926596149802, 0.0003333333588670939, 0.0001054092645063065
                }),
                Arguments.of(10_000, new RotaryScaling.Dynamic(3, 64), 64, new double[] {
                    1.0, 0.3162277638912201, 0.10000000149011612, 0.03162277862429619,
                    0.009999999776482582, 0.003162277862429619, 0.0010000000474974513, 0.0003162277862429619
                }),
                Arguments.of(10_000, new RotaryScaling.Dynamic(3, 64), 100, new double[] {
                    1.0, 0.27457723021507263, 0.07539264857769012, 0.020701104775071144,
                    0.005684051662683487, 0.0015607110690325499, 0.00042853571358136833, 0.00011766614625230432
                }),
                Arguments.of(500_000, new RotaryScaling.Llama3(8, 1, 4, 32), 64, new double[] {
                    1.0, 0.024240344762802124, 0.004700753837823868, 0.0009115831344388425,
                    0.00017677668074611574, 3.428102354519069e-05, 6.647869668086059e-06, 1.289173155782919e-06
                }),
                Arguments.of(10_000, new RotaryScaling.Yarn(4, 32, 1, 1.138629436111989, 32, true), 64, new double[] {
                    1.0, 0.19764235615730286, 0.02500000037252903, 0.007905694656074047,
                    0.0024999999441206455, 0.0007905694656074047, 0.0002500000118743628, 7.905694656074047e-05
                }),
                Arguments.of(10_000, new RotaryScaling.Yarn(4, 8, 2, 1, 32, false), 64, new double[] {
                    1.0, 0.07905694097280502, 0.02500000037252903, 0.007905694656074047,
                    0.0024999999441206455, 0.0007905694656074047, 0.0002500000118743628, 7.905694656074047e-05
                }));
    }

    @ParameterizedTest
    @MethodSource("scalings")
    void frequenciesMatchTheReference(double base, RotaryScaling scaling, int length, double[] expected) {
        float[] found = RotaryFrequencies.inverse(new PositionEncoding.Rotary(16, base, scaling), length);
        assertEquals(expected.length, found.length);
        for (int i = 0; i < found.length; i++) {
            assertEquals(expected[i], found[i], RELATIVE * expected[i], "frequency " + i);
        }
    }

    @Test
    void oddNumberOfRotaryDimensionsRotatesOneMore() {
        PositionEncoding.Rotary rotary = new PositionEncoding.Rotary(3, 8, new RotaryScaling.None());
        assertEquals(4, rotary.rotated());
        float[] found = RotaryFrequencies.inverse(rotary, 9);
        assertEquals(2, found.length);
        assertEquals(0.25, found[1], 1e-7); // 8^(−2/3)
    }

    @Test
    void rejectsInvalidNumbers() {
        refused("factor is 0.0", () -> new RotaryScaling.Linear(0));
        refused("high_freq_factor is 1.0, expected more than", () -> new RotaryScaling.Llama3(8, 1, 1, 32));
        refused(
                "expected at least 3 for the dynamic scaling",
                () -> new PositionEncoding.Rotary(2, 10_000, new RotaryScaling.Dynamic(2, 64)));
    }

    private static void refused(String message, Runnable action) {
        IllegalArgumentException refused = assertThrows(IllegalArgumentException.class, action::run);
        assertTrue(refused.getMessage().contains(message), refused.getMessage());
    }
}
