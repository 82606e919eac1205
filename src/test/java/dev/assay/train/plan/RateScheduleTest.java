package dev.assay.train.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.assay.InvalidInputException;
import dev.assay.train.spi.RateSchedule;
import dev.assay.train.spi.StepSpan;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RateScheduleTest {
    private static void assertFactors(RateSchedule schedule, double... expected) {
        for (int step = 0; step < expected.length; step++) {
            assertEquals(expected[step], schedule.factor(step, expected.length), 1e-6, "step " + step);
        }
    }

    @Test
    void constantScheduleStaysAtThePeak() {
        assertFactors(RateSchedule.constant(), 1, 1, 1, 1);
    }

    /** SAELens: LinearLR from 1/w over w − 1 steps, a constant, LinearLR to 0 over d. */
    @Test
    void linearScheduleEqualsSaelens() {
        RateSchedule schedule = RateSchedule.linear(StepSpan.steps(4), StepSpan.steps(3));
        assertFactors(schedule, 0.25, 0.5, 0.75, 1, 1, 1, 1, 1, 2.0 / 3, 1.0 / 3);
        assertFactors(
                RateSchedule.linear(StepSpan.share(0.4), StepSpan.share(0.3)),
                0.25,
                0.5,
                0.75,
                1,
                1,
                1,
                1,
                1,
                2.0 / 3,
                1.0 / 3);
    }

    /** dictionary_learning: step / warmup_steps, 1, (steps − step) / (steps − decay_start). */
    @Test
    void dictionaryLearningScheduleStartsAtZero() {
        RateSchedule schedule = RateSchedule.dictionaryLearning(4, 7, 10);
        assertFactors(schedule, 0, 0.25, 0.5, 0.75, 1, 1, 1, 1, 2.0 / 3, 1.0 / 3);
        assertFactors(RateSchedule.dictionaryLearning(0, 5, 5), 1, 1, 1, 1, 1);
    }

    /** PyTorch's CosineAnnealingLR over the steps after the warm-up: η_min + (1 − η_min)(1 + cos(π t / T)) / 2. */
    @Test
    void cosineDecaysToTheFloor() {
        double third = (1 + Math.cos(Math.PI / 3)) / 2;
        double twoThirds = (1 + Math.cos(2 * Math.PI / 3)) / 2;
        RateSchedule toZero = RateSchedule.cosine(StepSpan.steps(2), StepSpan.steps(3));
        assertFactors(toZero, 0.5, 1, 1, 1, third, twoThirds);
        RateSchedule toTenth = new RateSchedule(
                StepSpan.NONE, RateSchedule.Start.FIRST_FRACTION, RateSchedule.Decay.COSINE, StepSpan.steps(3), 0.1);
        assertFactors(toTenth, 1, 0.1 + 0.9 * third, 0.1 + 0.9 * twoThirds);
        RateSchedule line = new RateSchedule(
                StepSpan.NONE, RateSchedule.Start.FIRST_FRACTION, RateSchedule.Decay.LINEAR, StepSpan.steps(4), 0.2);
        assertFactors(line, 1, 0.8, 0.6, 0.4);
    }

    @Test
    void refusesWarmUpAndDecayLongerThanTheRun() {
        RateSchedule.linear(StepSpan.steps(6), StepSpan.share(0.4)).check(10);
        RateSchedule tooLong = RateSchedule.linear(StepSpan.steps(7), StepSpan.share(0.4));
        assertEquals(
                "the learning rate rises over 7 steps and falls over 4, expected at most the run's 10 together",
                assertThrows(InvalidInputException.class, () -> tooLong.check(10))
                        .getMessage());
    }

    @ParameterizedTest
    @CsvSource({
        "STEPS, -1, 'a span is -1.0 steps, expected 0 or more'",
        "STEPS, NaN, 'a span is NaN steps, expected 0 or more'",
        "SHARE, 1.5, 'a span is 1.5 of the run, expected a share between 0 and 1'",
        "SHARE, NaN, 'a span is NaN of the run, expected a share between 0 and 1'"
    })
    void refusesASpanOutOfRange(StepSpan.Unit unit, double amount, String message) {
        assertEquals(
                message,
                assertThrows(InvalidInputException.class, () -> new StepSpan(amount, unit))
                        .getMessage());
    }

    @Test
    void refusesAFloorOutOfRange() {
        assertEquals(
                "the rate's floor is 1.2, expected a share between 0 and 1",
                assertThrows(
                                InvalidInputException.class,
                                () -> new RateSchedule(
                                        StepSpan.NONE,
                                        RateSchedule.Start.ZERO,
                                        RateSchedule.Decay.LINEAR,
                                        StepSpan.NONE,
                                        1.2))
                        .getMessage());
    }
}
