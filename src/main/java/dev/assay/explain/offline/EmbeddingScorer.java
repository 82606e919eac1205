package dev.assay.explain.offline;

import dev.assay.explain.Explanation;
import dev.assay.explain.FeatureExamples;
import dev.assay.explain.FeatureScore;
import dev.assay.explain.Judge;
import dev.assay.explain.TextWindow;
import dev.assay.explain.Verdict;
import dev.assay.explain.measure.EmbeddingSimilarity;
import dev.assay.explain.score.WindowScorer;
import java.util.List;

/**
 * Scores an explanation in words by the cosine of its embedding with those of windows: active windows should be more similar. The score is
 * {@code cos(embed(QUERY + explanation), embed(window))}, as in delphi.
 */
public final class EmbeddingScorer implements WindowScorer {
    /** The name of the scorer. */
    public static final String NAME = "embedding";

    private static final String QUERY = "Retrieve text that contains: ";

    private final SentenceEmbedder embedder;
    private final RatedDetection detection;

    /**
     * Creates a scorer.
     *
     * @param embedder embeds explanations and windows
     */
    public EmbeddingScorer(SentenceEmbedder embedder) {
        this.embedder = embedder;
        detection = new RatedDetection(this::rate);
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Judge judge() {
        return new Judge(NAME, embedder.name());
    }

    @Override
    public FeatureScore score(Explanation explanation, FeatureExamples examples) {
        return figures(examples.latent(), detection.items(explanation, examples));
    }

    private List<Verdict> rate(Explanation explanation, List<TextWindow> windows) {
        double[] query = embedder.embed(QUERY + explanation.text());
        return windows.stream()
                .map(window -> Verdict.of(false, EmbeddingSimilarity.cosine(query, embedder.embed(window.text()))))
                .toList();
    }
}
