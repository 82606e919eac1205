import ai.djl.ndarray.NDArray;
import dev.assay.activation.ActivationSource;
import dev.assay.evaluate.Evaluation;
import dev.assay.feature.FeatureInspector;
import dev.assay.feature.store.FeatureStore;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.ActivationCache;
import dev.assay.model.hook.HookPoint;
import dev.assay.model.hook.HookScope;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.sae.TopK;
import dev.assay.text.Corpus;
import dev.assay.text.story.StoryCorpus;
import dev.assay.train.SaeTrainer;
import java.io.IOException;
import java.nio.file.Path;

/** The program of the README. A test of Assay compares the two, so that what the README shows is what runs here. */
public final class Readme {
    private Readme() {}

    /**
     * Trains a dictionary, looks at its features, and reads and edits the model.
     *
     * @param args none
     * @throws IOException when a file cannot be written
     */
    public static void main(String[] args) throws IOException {
        HookPoint site = HookPoint.residPost(1); // blocks.1.hook_resid_post: after the second block
        Path out = Path.of("target/my-dictionary");

        try (HookedTransformer model = HookedTransformer.load("assay/stories")) { // or a folder, or org/name of the hub
            Corpus corpus = Corpus.of(model.tokenizer(), StoryCorpus.of(2, 2_000)) // or TextSource.files(…)
                    .prependBos(false) // this model was trained without
                    .build();

            try (SparseAutoencoder sae = SaeTrainer.of(TopK.of(16))
                    .source(ActivationSource.of(model, site, corpus))
                    .dictionarySize(1_024)
                    .tokens(300_000)
                    .train()) { // progress bar; resumable and with metrics on disk when given .output(out)
                sae.save(out); // opens in SAELens; SparseAutoencoder.load reads theirs
                System.out.println(Evaluation.of(model, sae, corpus).run().toText());

                FeatureStore store = FeatureStore.collect(model, sae, corpus, out.resolve("features"));
                FeatureInspector inspector = FeatureInspector.of(model, sae, store);
                System.out.println(inspector.feature(123).toText());
                inspector.dashboard().write(out.resolve("features.html"));
            }
        }

        readAndEdit();
    }

    private static void readAndEdit() throws IOException {
        try (HookedTransformer model = HookedTransformer.load("assay/stories");
                SparseAutoencoder sae = SparseAutoencoder.load(Path.of("target/my-dictionary"));
                NDArray tokens = model.tokens("One sunny morning, Nora gave Tom a red ball.")) {

            try (ActivationCache cache = model.cache(tokens, HookPoint.residPost(1), HookPoint.mlpOut(1))) {
                System.out.println(cache.get(HookPoint.mlpOut(1)).getShape()); // [batch, position, width]
            }
            try (HookScope hooks = model.hooks()
                            .read(HookPoint.mlpOut(1), (activation, at) -> System.out.println(activation.mean()))
                            .edit(HookPoint.residPost(1), (activation, at) -> sae.reconstruct(activation))
                            .open();
                    NDArray logits = model.forward(tokens)) { // as if the dictionary stood in the model
                System.out.println(logits.getShape()); // [batch, position, vocabulary]
            }
        }
    }
}
