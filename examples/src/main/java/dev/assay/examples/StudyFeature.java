package dev.assay.examples;

import dev.assay.attach.AttachedDictionary;
import dev.assay.feature.store.FeatureStore;
import dev.assay.feature.study.CaseStudy;
import dev.assay.feature.study.StudiedDictionary;
import dev.assay.model.HookedTransformer;
import dev.assay.sae.SparseAutoencoder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Studies one feature of the last of several dictionaries. Arguments: a model, an output file, the index of the feature, and the artifact
 * folders of the layers, first layer first, such as {@code runs/case-study/artifacts/dictionaries-seed0/layer0}. Experiment
 * {@code case-study} writes such folders.
 */
public final class StudyFeature {
    private StudyFeature() {}

    /**
     * Writes the study as a page and prints it.
     *
     * @param args model, output file, feature, and folders with {@code dictionary} and {@code store}
     * @throws IOException if a file cannot be read or written
     */
    public static void main(String... args) throws IOException {
        List<SparseAutoencoder> open = new ArrayList<>();
        try (HookedTransformer model = HookedTransformer.load(args[0])) {
            List<StudiedDictionary> layers = new ArrayList<>();
            for (int i = 3; i < args.length; i++) {
                Path folder = Path.of(args[i]);
                SparseAutoencoder sae = SparseAutoencoder.load(folder.resolve("dictionary"));
                open.add(sae);
                layers.add(new StudiedDictionary(
                        AttachedDictionary.of(model, sae),
                        FeatureStore.open(folder.resolve("store")).withTexts(model.tokenizer()),
                        folder.toAbsolutePath().resolve("page.html").toUri().toString()));
            }
            CaseStudy study =
                    CaseStudy.options(layers).contextLength(16).feature(layers.size() - 1, Integer.parseInt(args[2]));
            study.write(Path.of(args[1]));
            System.out.println(study.toText());
        } finally {
            open.forEach(SparseAutoencoder::close);
        }
    }
}
