package dev.assay.experiment.organism;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.experiment.Estimate;
import org.junit.jupiter.api.Test;

class ProportionTest {
    /** The examples of Newcombe, "Interval estimation for the difference between independent proportions" (1998), tables I and II. */
    @Test
    void intervalsAreThoseOfNewcombe() {
        Estimate share = new Proportion(81, 263).estimate();
        assertEquals(0.2553, share.low(), 5e-5);
        assertEquals(0.3662, share.high(), 5e-5);
        Estimate none = new Proportion(0, 20).estimate();
        assertEquals(0, none.low(), 1e-12);
        assertEquals(0.1611, none.high(), 5e-5);

        Estimate difference = new Proportion(56, 70).minus(new Proportion(48, 80));
        assertEquals(0.2, difference.mean(), 1e-12);
        assertEquals(0.0524, difference.low(), 5e-5);
        assertEquals(0.3339, difference.high(), 5e-5);
    }

    @Test
    void intervalsOfExtremeSharesAreWithinBounds() {
        Estimate all = new Proportion(16, 16).estimate();
        assertTrue(all.low() < 1 && all.high() == 1);
        assertTrue(new Proportion(0, 96).estimate().low() == 0);
    }
}
