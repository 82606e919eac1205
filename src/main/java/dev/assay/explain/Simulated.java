package dev.assay.explain;

import dev.assay.InvalidInputException;
import java.util.Arrays;

/** The result of the simulation of one window: activations or a typed failure. A failure is never a window of zeros. */
public sealed interface Simulated {
    /**
     * Simulated activations.
     *
     * @param activations one per token, [tokens], finite
     */
    record Values(float[] activations) implements Simulated {
        /** Copies the array and checks that its numbers are finite. */
        public Values {
            activations = activations.clone();
            for (float activation : activations) {
                InvalidInputException.require(
                        Float.isFinite(activation), "a simulated activation", activation, "a finite number");
            }
        }

        /**
         * Returns the activations.
         *
         * @return a copy, [tokens]
         */
        @Override
        public float[] activations() {
            return activations.clone();
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Values that && Arrays.equals(activations, that.activations);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(activations);
        }

        @Override
        public String toString() {
            return "Values" + Arrays.toString(activations);
        }
    }

    /**
     * A window without simulated activations.
     *
     * @param kind the kind of failure
     * @param reason one sentence: the source, the problem and what was expected
     */
    record Failed(FailureKind kind, String reason) implements Simulated {}
}
