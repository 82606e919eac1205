package dev.assay.explain.offline;

import dev.assay.explain.ExplainContext;
import dev.assay.explain.Explainer;
import dev.assay.explain.ExplainerProvider;
import dev.assay.explain.Scorer;
import dev.assay.explain.ScorerProvider;
import dev.assay.explain.Simulator;
import dev.assay.explain.SimulatorProvider;
import dev.assay.explain.TokenConcepts;
import dev.assay.explain.score.SimulationScorer;
import dev.assay.explain.score.WholeCorpusScorer;
import dev.assay.text.Corpus;
import dev.assay.text.story.StoryCorpus;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.BiFunction;
import java.util.function.Function;

/** Providers of the explainers, simulators and scorers that come with Assay; ServiceLoader needs one class per provider. */
final class OfflineMethods {
    private OfflineMethods() {}

    private abstract static class BuiltInExplainer implements ExplainerProvider {
        private final String name;
        private final Function<ExplainContext, Explainer> create;

        BuiltInExplainer(String name, Function<ExplainContext, Explainer> create) {
            this.name = name;
            this.create = create;
        }

        @Override
        public final String name() {
            return name;
        }

        @Override
        public final Explainer create(ExplainContext context) {
            return create.apply(context);
        }
    }

    private abstract static class BuiltInSimulator implements SimulatorProvider {
        private final String name;
        private final Function<ExplainContext, Simulator> create;

        BuiltInSimulator(String name, Function<ExplainContext, Simulator> create) {
            this.name = name;
            this.create = create;
        }

        @Override
        public final String name() {
            return name;
        }

        @Override
        public final Simulator create(ExplainContext context) {
            return create.apply(context);
        }
    }

    private abstract static class BuiltInScorer implements ScorerProvider {
        private final String name;
        private final BiFunction<ExplainContext, Simulator, Scorer> create;

        BuiltInScorer(String name, BiFunction<ExplainContext, Simulator, Scorer> create) {
            this.name = name;
            this.create = create;
        }

        @Override
        public final String name() {
            return name;
        }

        @Override
        public final Scorer create(ExplainContext context, Simulator simulator) {
            return create.apply(context, simulator);
        }
    }

    private static StoryConcepts concepts(ExplainContext context) {
        Corpus corpus = context.requireCorpus(ConceptExplainer.NAME);
        try {
            return StoryConcepts.of(context.examples().store(), corpus);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static boolean hasConcepts(ExplainContext context) {
        return context.corpus()
                .filter(corpus -> corpus.source() instanceof StoryCorpus)
                .isPresent();
    }

    /** {@link TokenLookupExplainer}. */
    public static final class TokenLookup extends BuiltInExplainer {
        /** Creates the provider. */
        public TokenLookup() {
            super(TokenLookupExplainer.NAME, context -> new TokenLookupExplainer());
        }
    }

    /** {@link NgramExplainer}. */
    public static final class Ngram extends BuiltInExplainer {
        /** Creates the provider. */
        public Ngram() {
            super(NgramExplainer.NAME, context -> new NgramExplainer());
        }
    }

    /** {@link LogitExplainer}. */
    public static final class Logits extends BuiltInExplainer {
        /** Creates the provider. */
        public Logits() {
            super(LogitExplainer.NAME, context -> new LogitExplainer(context.requireInspector(LogitExplainer.NAME)));
        }
    }

    /** {@link ConceptExplainer}. */
    public static final class Concepts extends BuiltInExplainer {
        /** Creates the provider. */
        public Concepts() {
            super(ConceptExplainer.NAME, context -> new ConceptExplainer(concepts(context)));
        }
    }

    /** {@link RuleSimulator}, with the concepts of a corpus of stories. */
    public static final class Rule extends BuiltInSimulator {
        /** Creates the provider. */
        public Rule() {
            super(
                    RuleSimulator.NAME,
                    context -> new RuleSimulator(hasConcepts(context) ? concepts(context) : TokenConcepts.NONE));
        }
    }

    /** {@link OracleSimulator}. */
    public static final class Oracle extends BuiltInSimulator {
        /** Creates the provider. */
        public Oracle() {
            super(OracleSimulator.NAME, context -> new OracleSimulator());
        }
    }

    /** {@link ConstantSimulator}. */
    public static final class Constant extends BuiltInSimulator {
        /** Creates the provider. */
        public Constant() {
            super(ConstantSimulator.NAME, context -> new ConstantSimulator());
        }
    }

    /** {@link WholeCorpusScorer}. */
    public static final class WholeCorpus extends BuiltInScorer {
        /** Creates the provider. */
        public WholeCorpus() {
            super(WholeCorpusScorer.NAME, (context, simulator) -> new WholeCorpusScorer(simulator));
        }
    }

    /** {@link SimulationScorer}. */
    public static final class Simulation extends BuiltInScorer {
        /** Creates the provider. */
        public Simulation() {
            super(SimulationScorer.NAME, (context, simulator) -> SimulationScorer.of(simulator));
        }
    }

    /** {@link SimulatedDetection}. */
    public static final class Detection extends BuiltInScorer {
        /** Creates the provider. */
        public Detection() {
            super(SimulatedDetection.NAME, (context, simulator) -> new SimulatedDetection(simulator));
        }
    }

    /** {@link SimulatedFuzzing}. */
    public static final class Fuzzing extends BuiltInScorer {
        /** Creates the provider. */
        public Fuzzing() {
            super(SimulatedFuzzing.NAME, (context, simulator) -> new SimulatedFuzzing(simulator, context.seed()));
        }
    }

    /** {@link SimulatedDiscrimination}. */
    public static final class Discrimination extends BuiltInScorer {
        /** Creates the provider. */
        public Discrimination() {
            super(SimulatedDiscrimination.NAME, (context, simulator) -> new SimulatedDiscrimination(simulator));
        }
    }

    /** {@link SimulatedSaeBench}. */
    public static final class SaeBench extends BuiltInScorer {
        /** Creates the provider. */
        public SaeBench() {
            super(SimulatedSaeBench.NAME, (context, simulator) -> new SimulatedSaeBench(simulator, context.seed()));
        }
    }

    /** {@link EmbeddingScorer} with {@link MiniLmEmbedder}. */
    public static final class Embedding extends BuiltInScorer {
        /** Creates the provider. */
        public Embedding() {
            super(EmbeddingScorer.NAME, (context, simulator) -> new EmbeddingScorer(new MiniLmEmbedder()));
        }
    }
}
