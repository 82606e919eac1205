package dev.assay.experiment.concepts;

import dev.assay.InvalidInputException;
import dev.assay.model.hook.HookPoint;
import dev.assay.train.method.TrainingMethods;
import dev.assay.train.spi.TrainingMethod;

/**
 * The options of one kind of dictionary.
 *
 * @param site the hook point that it reads
 * @param method the name of its training method
 * @param sparsity k, the intended L0 or the coefficient of the method
 * @param latents the number of latents
 */
record Variant(HookPoint site, String method, double sparsity, int latents) {
    /**
     * Reads a method with its sparsity.
     *
     * @param text such as {@code topk:32}
     * @throws InvalidInputException if it has another form
     */
    static Variant parse(HookPoint site, String text, int latents) {
        String[] parts = text.split(":");
        InvalidInputException.require(
                parts.length == 2,
                () -> "setting methods has \"" + text + "\", expected METHOD:SPARSITY such as topk:32");
        TrainingMethods.of(parts[0]); // rejects unknown names before anything is computed
        try {
            return new Variant(site, parts[0], Double.parseDouble(parts[1]), latents);
        } catch (NumberFormatException notNumber) {
            throw new InvalidInputException(
                    "setting methods has the sparsity \"" + parts[1] + "\", expected a number", notNumber);
        }
    }

    Variant at(HookPoint other) {
        return new Variant(other, method, sparsity, latents);
    }

    Variant withLatents(int number) {
        return new Variant(site, method, sparsity, number);
    }

    Variant withSparsity(double other) {
        return new Variant(site, method, other, latents);
    }

    TrainingMethod create() {
        return TrainingMethods.create(method, sparsity, latents);
    }

    /** Returns the number as in the settings: without a fraction if it is an integer. */
    String sparsityText() {
        return sparsity == Math.rint(sparsity) ? String.valueOf((long) sparsity) : String.valueOf(sparsity);
    }

    /** Returns method and sparsity as in the settings. */
    String label() {
        return method + ":" + sparsityText();
    }

    /** Returns whether it differs from a reference in no option but the training method. */
    boolean isComparable(Variant reference) {
        return site.equals(reference.site)
                && latents == reference.latents
                && (!method.equals(reference.method) || sparsity == reference.sparsity);
    }

    /** Returns a name for cells and sweep members. */
    String key() {
        return site.name() + "-" + method + "-" + sparsityText() + "-" + latents;
    }
}
