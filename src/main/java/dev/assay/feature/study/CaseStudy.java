package dev.assay.feature.study;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.InvalidInputException;
import dev.assay.feature.store.ContextTokens;
import dev.assay.feature.store.Example;
import dev.assay.feature.store.ExampleWindow;
import dev.assay.feature.store.FeatureStore;
import dev.assay.intervene.patch.CausalTree;
import dev.assay.io.AtomicFiles;
import dev.assay.io.Json;
import dev.assay.view.Displayable;
import dev.assay.view.Html;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A case study of one feature: the tokens on which it is active by ranges of its activation, the logits that its ablation moves, and the
 * features of earlier layers that cause it.
 *
 * <pre>{@code
 * CaseStudy study = CaseStudy.options(layers).contexts(4).feature(3, 217);
 * study.write(Path.of("study.html"));
 * }</pre>
 *
 * @param histogram the tokens by activation
 * @param ablation the logits that ablation moves
 * @param tree the causes
 * @param dictionaries the dictionaries of the layers
 */
public record CaseStudy(
        TokenHistogram histogram, AblationLogits ablation, CausalTree tree, List<StudiedDictionary> dictionaries)
        implements Displayable {
    /** Copies the list. */
    public CaseStudy {
        dictionaries = List.copyOf(dictionaries);
    }

    /**
     * Returns options: 10 ranges of activation, 4 contexts of 32 tokens that end at the strongest activations, and the default tree.
     *
     * @param dictionaries the dictionaries in the order of their layers, all attached to one model
     * @return the options
     */
    public static Options options(List<StudiedDictionary> dictionaries) {
        return new Options(dictionaries);
    }

    /** {@return the drawing of the tree} */
    public CausalTreeDrawing drawing() {
        return new CausalTreeDrawing(tree, dictionaries);
    }

    private String title() {
        return "Feature " + tree.root().latent() + " of " + tree.root().site();
    }

    /**
     * Writes the study as a page. Features of the tree link to the pages of their dictionaries.
     *
     * @param file an HTML file, replaced if it exists
     * @throws IOException if it cannot be written
     */
    public void write(Path file) throws IOException {
        String name = Html.escape(title());
        AtomicFiles.writeString(file, """
                <!doctype html>
                <html lang="en">
                <meta charset="utf-8">
                <meta name="viewport" content="width=device-width">
                <title>%s</title>
                <style>body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:1100px;padding:0 1rem}</style>
                <h1>%s</h1>
                %s
                </html>
                """.formatted(name, name, toHtml()));
    }

    @Override
    public String toHtml() {
        return "<div>" + histogram.toHtml() + ablation.toHtml()
                + "<h4>Causes in earlier layers</h4><div style=\"overflow-x:auto\">"
                + drawing().toSvg() + "</div></div>";
    }

    /** Returns the tables and the tree as indented lines. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(title())
                .append("\n\n")
                .append(histogram)
                .append('\n')
                .append(ablation);
        text.append("\nCauses in earlier layers, with the share of the codes that removal changes\n");
        append(text, tree.root(), 0);
        return text.toString();
    }

    private void append(StringBuilder text, CausalTree.Node node, int depth) {
        text.append("  ".repeat(depth)).append(node.site()).append(' ').append(node.latent());
        if (depth > 0) {
            text.append("  ").append(Html.percent(node.share())).append(node.change() <= 0 ? "" : " (suppresses)");
        }
        text.append("  ")
                .append(String.join(" ", dictionaries.get(node.dictionary()).tokens(node.latent())))
                .append('\n');
        node.children().forEach(child -> append(text, child, depth + 1));
    }

    /**
     * Returns the study as JSON.
     *
     * @return an object with {@code histogram}, {@code ablation} and {@code tree}
     */
    public ObjectNode toJson() {
        ObjectNode json = Json.mapper().createObjectNode();
        json.set("histogram", histogram.toJson());
        json.set("ablation", ablation.toJson());
        json.set("tree", tree.toJson());
        return json;
    }

    /** Options of a study. */
    public static final class Options {
        private final List<StudiedDictionary> dictionaries;
        private int bins = 10;
        private int tokens = 8;
        private int contexts = 4;
        private int length = 32;
        private int branches = 4;
        private int candidates = 256;

        private Options(List<StudiedDictionary> dictionaries) {
            this.dictionaries = List.copyOf(dictionaries);
        }

        /**
         * Sets the number of ranges of activation.
         *
         * @param number at least 1
         * @return this
         */
        public Options bins(int number) {
            bins = InvalidInputException.requireAtLeast(1, "the number of ranges", number);
            return this;
        }

        /**
         * Sets the number of contexts for ablation and causes.
         *
         * @param number at least 1
         * @return this
         */
        public Options contexts(int number) {
            contexts = InvalidInputException.requireAtLeast(1, "the number of contexts", number);
            return this;
        }

        /**
         * Sets the number of tokens of these contexts. They end at the activation.
         *
         * @param number at least 2
         * @return this
         */
        public Options contextLength(int number) {
            length = InvalidInputException.requireAtLeast(2, "the length of a context", number);
            return this;
        }

        /**
         * Sets the number of causes per feature of the tree.
         *
         * @param number at least 1
         * @return this
         */
        public Options branches(int number) {
            branches = InvalidInputException.requireAtLeast(1, "the number of causes per feature", number);
            return this;
        }

        /**
         * Sets the number of latents whose removal is measured per feature of the tree.
         *
         * @param number at least 1
         * @return this
         */
        public Options candidates(int number) {
            candidates = InvalidInputException.requireAtLeast(1, "the number of candidates", number);
            return this;
        }

        /**
         * Studies a feature.
         *
         * @param dictionary the index of its dictionary
         * @param latent the latent
         * @return the study
         * @throws InvalidInputException if the feature does not exist or has no activation with enough tokens before it
         */
        public CaseStudy feature(int dictionary, int latent) {
            InvalidInputException.require(
                    dictionary >= 0 && dictionary < dictionaries.size(),
                    () -> "there is no dictionary " + dictionary + ", expected 0 to " + (dictionaries.size() - 1));
            StudiedDictionary studied = dictionaries.get(dictionary);
            studied.attached().require(latent);
            List<int[]> texts = texts(dictionary, latent);
            InvalidInputException.require(
                    !texts.isEmpty(),
                    () -> "latent " + latent + " of "
                            + studied.attached().sites().sites() + " has no activation with "
                            + (length - 1) + " tokens before it in its context, expected a live latent or a shorter"
                            + " context length");
            return new CaseStudy(
                    TokenHistogram.of(studied.store(), latent, bins, tokens),
                    AblationLogits.of(studied.attached(), latent, texts, tokens),
                    CausalTree.options(dictionaries.stream()
                                    .map(StudiedDictionary::attached)
                                    .toList())
                            .branches(branches)
                            .candidates(candidates)
                            .grow(dictionary, latent, texts),
                    dictionaries);
        }

        /**
         * Returns the contexts of a feature: the tokens up to its strongest activations, all of the same length.
         *
         * @param dictionary the index of its dictionary
         * @param latent the latent
         * @return token ids; none if no activation has enough tokens before it in its context
         */
        public List<int[]> texts(int dictionary, int latent) {
            FeatureStore store = dictionaries.get(dictionary).store();
            List<int[]> texts = new ArrayList<>();
            for (Example example : store.topExamples(latent, 8 * contexts, new ExampleWindow(0, 0))) {
                ContextTokens context = store.context(example.position());
                int end = (int) (example.position() - context.start()) + 1;
                if (end >= length && texts.size() < contexts) {
                    texts.add(Arrays.copyOfRange(context.ids(), end - length, end));
                }
            }
            return texts;
        }
    }
}
