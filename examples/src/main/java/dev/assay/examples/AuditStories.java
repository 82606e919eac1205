package dev.assay.examples;

import dev.assay.activation.ActivationSource;
import dev.assay.attach.AttachedDictionary;
import dev.assay.audit.contrast.Contrast;
import dev.assay.audit.contrast.ContrastReport;
import dev.assay.audit.monitor.Monitor;
import dev.assay.audit.monitor.MonitorInputs;
import dev.assay.audit.sample.AuditPass;
import dev.assay.audit.sample.AuditSample;
import dev.assay.audit.sample.Pooling;
import dev.assay.audit.sample.TextTerms;
import dev.assay.audit.trace.DocumentRankers;
import dev.assay.audit.trace.DocumentTrace;
import dev.assay.audit.trace.FeatureSteering;
import dev.assay.audit.trace.TraceQuery;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.HookPoint;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.sae.TopK;
import dev.assay.text.Corpus;
import dev.assay.text.dialogue.Dialogue;
import dev.assay.text.dialogue.LabelledDialogue;
import dev.assay.text.document.Document;
import dev.assay.text.document.DocumentReader;
import dev.assay.text.story.StoryCorpus;
import dev.assay.train.SaeTrainer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Audits beginnings of stories whose label shows in their first words: is the first pronoun "she" or "he"? Prints a contrast, monitors with
 * baselines, the documents that fit a query, and a steering curve. It takes about a minute on two cores.
 */
public final class AuditStories {
    private static final HookPoint SITE = HookPoint.residPost(1);
    private static final int DOCUMENTS = 400;
    private static final int CHARACTERS = 120;

    private AuditStories() {}

    /**
     * Runs the example.
     *
     * @param args unused
     * @throws IOException if a file cannot be read
     */
    public static void main(String... args) throws IOException {
        try (HookedTransformer model = HookedTransformer.load("assay/stories");
                SparseAutoencoder sae = train(model, 100_000);
                SparseAutoencoder random = train(model, 2_048)) { // one step: almost a random dictionary
            AuditSample sample = AuditPass.of(model)
                    .dictionary("sae", sae)
                    .dictionary("untrained", random)
                    .activations("raw", SITE)
                    .pooling(Pooling.mean(), Pooling.max())
                    .run(documents());
            ContrastReport contrast = Contrast.of(sample, "she", "he").run("sae mean");
            System.out.println(contrast);
            System.out.println(Contrast.of(sample, "she", "he").run("untrained mean"));
            System.out.println(Monitor.of(sample, "she", "he")
                    .input(
                            MonitorInputs.sparse("sae", Pooling.mean(), 1),
                            MonitorInputs.sparse("sae", Pooling.mean(), 5),
                            MonitorInputs.sparse("untrained", Pooling.mean(), 5),
                            MonitorInputs.linear("raw", Pooling.mean()),
                            MonitorInputs.tfIdf(TextTerms.words(1, 2)),
                            MonitorInputs.tfIdf(TextTerms.characters(3, 5)),
                            MonitorInputs.permuted(MonitorInputs.linear("raw", Pooling.mean())),
                            MonitorInputs.constant())
                    .run());
            trace(sample);
            steer(model, sae, contrast.features().get(0).feature());
        }
    }

    private static SparseAutoencoder train(HookedTransformer model, long tokens) throws IOException {
        Corpus corpus = Corpus.of(model.tokenizer(), StoryCorpus.of(2, 5_000))
                .prependBos(false)
                .build();
        return SaeTrainer.of(TopK.of(16))
                .source(ActivationSource.of(model, SITE, corpus))
                .dictionarySize(8 * model.config().dModel())
                .tokens(tokens)
                .batchSize(2_048)
                .train();
    }

    /** Returns the beginnings of stories with exactly one of both pronouns. */
    private static List<LabelledDialogue> documents() throws IOException {
        List<LabelledDialogue> documents = new ArrayList<>();
        try (DocumentReader stories = StoryCorpus.of(9, 5_000).open()) {
            for (Document story = stories.next(); story != null && documents.size() < DOCUMENTS; ) {
                String text = story.text()
                        .substring(0, Math.min(CHARACTERS, story.text().length()));
                boolean she = text.matches("(?s).*\\b[Ss]he\\b.*");
                boolean he = text.matches("(?s).*\\b[Hh]e\\b.*");
                if (she != he) {
                    documents.add(new LabelledDialogue(story.id(), she ? "she" : "he", Dialogue.document(text)));
                }
                story = stories.next();
            }
        }
        return documents;
    }

    /** Searches the stories about women with five of them as the query, relative to five about men. */
    private static void trace(AuditSample sample) {
        int[] women = sample.rowsOf("she");
        int[] men = sample.rowsOf("he");
        int[] rest = IntStream.concat(
                        IntStream.of(women).skip(5), IntStream.of(men).skip(5))
                .toArray();
        TraceQuery query = new TraceQuery(
                sample.select(IntStream.of(women).limit(5).toArray()),
                sample.select(IntStream.of(men).limit(5).toArray()));
        System.out.println(DocumentTrace.of(sample.select(rest))
                .ranker(
                        DocumentRankers.features("sae", Pooling.mean(), Pooling.max(), 5),
                        DocumentRankers.features("untrained", Pooling.mean(), Pooling.max(), 5),
                        DocumentRankers.nearest("raw", Pooling.mean(), Pooling.mean()),
                        DocumentRankers.probe("raw", Pooling.mean(), Pooling.mean(), 0),
                        DocumentRankers.tfIdf(TextTerms.words(1, 1)))
                .run(query));
    }

    private static void steer(HookedTransformer model, SparseAutoencoder sae, int feature) {
        List<int[]> prompts = List.of(
                model.tokenizer().encode("In winter, Leo often played in the forest."),
                model.tokenizer().encode("One day, Tom found a red ball."));
        System.out.println(FeatureSteering.of(AttachedDictionary.of(model, sae))
                .strengths(5, 10, 20)
                .outcomes(" She")
                .controls(20, 0)
                .run(feature, prompts));
    }
}
