package dev.assay.activation;

import ai.djl.Device;
import dev.assay.InvalidInputException;
import dev.assay.activation.exported.ExportedModel;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.HookPoint;
import dev.assay.provenance.Provenance;
import dev.assay.text.Corpus;
import java.io.IOException;
import java.util.List;

/**
 * A source of activations. {@link #open} returns a stream of their rows. The columns of a row are the sites of {@link #sites()}, next to
 * each other in that order.
 */
public interface ActivationSource {
    /**
     * Returns the activations of a model at one site on the training part of a corpus.
     *
     * @param model the model; the caller closes it
     * @param point the site
     * @param corpus the text
     * @return the source
     * @throws InvalidInputException when the model lacks the site, or the contexts are longer than its context length
     */
    static ModelActivationSource of(HookedTransformer model, HookPoint point, Corpus corpus) {
        return of(model, List.of(point), corpus);
    }

    /**
     * Returns the activations of a model at several sites on the training part of a corpus.
     *
     * @param model the model; the caller closes it
     * @param points the sites
     * @param corpus the text
     * @return the source
     * @throws InvalidInputException when the model lacks the site, or the contexts are longer than its context length
     */
    static ModelActivationSource of(HookedTransformer model, List<HookPoint> points, Corpus corpus) {
        model.requireContext(corpus.contextLength());
        return ModelActivationSource.of(new HookedSites(model, points), corpus);
    }

    /**
     * Returns the activations of a base and a tuned model at one site on the training part of a corpus, for a crosscoder. A row has the
     * columns of the base model, named {@code base.SITE}, and then those of the tuned model, named {@code tuned.SITE}.
     *
     * @param base the model before tuning
     * @param tuned the model after tuning, with the same tokenizer, on the same device; the caller closes both
     * @param point the site
     * @param corpus the text
     * @return the source
     * @throws InvalidInputException when a model lacks the site, the vocabularies differ, or the contexts are longer than a model's context
     *     length
     */
    static ModelActivationSource ofPair(
            HookedTransformer base, HookedTransformer tuned, HookPoint point, Corpus corpus) {
        base.requireContext(corpus.contextLength());
        tuned.requireContext(corpus.contextLength());
        List<HookPoint> points = List.of(point);
        return ModelActivationSource.of(
                new PairedSites(new HookedSites(base, points), new HookedSites(tuned, points)), corpus);
    }

    /**
     * Returns the activations of an exported model on the training part of a corpus.
     *
     * @param model the model; the caller closes it
     * @param names the names of the exported activations
     * @param corpus the text
     * @return the source
     * @throws InvalidInputException when the model has no such activation
     */
    static ModelActivationSource of(ExportedModel model, List<String> names, Corpus corpus) {
        return ModelActivationSource.of(new ExportedSites(model, names), corpus);
    }

    /** {@return the names of the sites in a row, at least one, in the order of the columns; for a {@link HookedTransformer}, hook point names} */
    List<String> sites();

    /** {@return the widths of the sites, in the same order} */
    List<Integer> widths();

    /** {@return the width of a row: the sum of the widths of the sites} */
    default int width() {
        return widths().stream().mapToInt(Integer::intValue).sum();
    }

    /**
     * Opens a stream. Streams do not end: after the last document, they continue with the first.
     *
     * @param start the first batch
     * @return the stream
     * @throws IOException when the text cannot be read
     */
    ActivationStream open(StreamPosition start) throws IOException;

    /**
     * Opens a stream whose first rows represent the source, for an evaluation. A source with random access spreads them over all of its
     * rows; others start with the first batch.
     *
     * @param rows the number of rows that will be read
     * @return the stream
     * @throws IOException when the text cannot be read
     */
    default ActivationStream openSample(long rows) throws IOException {
        return open(StreamPosition.START);
    }

    /** {@return the device of the rows} */
    Device device();

    /** {@return the model, the sites and the text} */
    Provenance provenance();

    /** {@return the SHA-256 that identifies the model, in hexadecimal; may read all of its weights} */
    String modelHash();
}
