package dev.assay.explain.score;

import dev.assay.explain.FeatureExamples;
import dev.assay.explain.FeatureScore;
import dev.assay.explain.ItemScorer;
import dev.assay.explain.MarkedWindow;
import dev.assay.explain.Part;
import dev.assay.explain.ScoredItem;
import java.util.List;

/** A scorer that asks whether the feature is active in each of the test windows that represent the corpus. */
public interface WindowScorer extends ItemScorer {
    @Override
    default List<MarkedWindow> items(FeatureExamples examples) {
        return examples.representative(Part.TEST).stream()
                .map(MarkedWindow::unmarked)
                .toList();
    }

    @Override
    default FeatureScore figures(int latent, List<ScoredItem> answered) {
        return ItemScores.ofCorpus(latent, name(), answered);
    }
}
