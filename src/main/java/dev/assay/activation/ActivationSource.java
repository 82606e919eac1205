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
 * Where activations come from. A source describes; a stream that it opens delivers. Several sites of one pass stand side by side in
 * each row, in the order of {@link #sites()}.
 */
public interface ActivationSource {
    /**
     * Returns the activations of a model at one site on the training part of a corpus.
     *
     * @param model runs the text; stays the caller's to close
     * @param point the site
     * @param corpus the text
     * @return the source
     * @throws InvalidInputException when the model has no such site, or knows no contexts of that length
     */
    static ModelActivationSource of(HookedTransformer model, HookPoint point, Corpus corpus) {
        return of(model, List.of(point), corpus);
    }

    /**
     * Returns the activations of a model at several sites on the training part of a corpus.
     *
     * @param model runs the text; stays the caller's to close
     * @param points the sites
     * @param corpus the text
     * @return the source
     * @throws InvalidInputException when the model has no such site, or knows no contexts of that length
     */
    static ModelActivationSource of(HookedTransformer model, List<HookPoint> points, Corpus corpus) {
        int longest = model.config().contextLength();
        if (corpus.contextLength() > longest) {
            throw new InvalidInputException("contexts have " + corpus.contextLength()
                    + " tokens, expected at most the context length of " + model.name() + ", " + longest);
        }
        return ModelActivationSource.of(new HookedSites(model, points), corpus);
    }

    /**
     * Returns the activations of an exported model on the training part of a corpus.
     *
     * @param model runs the text; stays the caller's to close
     * @param names the activations, by the names it was exported with
     * @param corpus the text
     * @return the source
     * @throws InvalidInputException when the model returns no such activation
     */
    static ModelActivationSource of(ExportedModel model, List<String> names, Corpus corpus) {
        return ModelActivationSource.of(new ExportedSites(model, names), corpus);
    }

    /**
     * Returns the sites that a row holds: for a model of Assay's the names of its hook points.
     *
     * @return at least one, in the order of the columns
     */
    List<String> sites();

    /**
     * Returns the widths of the sites.
     *
     * @return as many as there are sites, in their order
     */
    List<Integer> widths();

    /**
     * Returns the width of a row.
     *
     * @return the sum of the widths of the sites
     */
    default int width() {
        return widths().stream().mapToInt(Integer::intValue).sum();
    }

    /**
     * Starts to deliver. A stream does not end: after the last document it starts again with the first.
     *
     * @param start where to start
     * @return the stream
     * @throws IOException when the text cannot be read
     */
    ActivationStream open(StreamPosition start) throws IOException;

    /**
     * Returns where the activations live.
     *
     * @return the device of the rows that streams deliver
     */
    Device device();

    /**
     * Returns where the activations are from.
     *
     * @return model, site and text
     */
    Provenance provenance();

    /**
     * Returns what the model can be known by, whatever it is called. May take as long as reading all of its weights.
     *
     * @return the SHA-256 of what computes the activations, in hexadecimal
     */
    String modelHash();
}
