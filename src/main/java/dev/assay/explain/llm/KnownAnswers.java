package dev.assay.explain.llm;

import java.util.Optional;

/** Answers that are known without a request. */
interface KnownAnswers {
    /** No answers. */
    KnownAnswers NONE = new KnownAnswers() {
        @Override
        public Optional<Answer<Completion>> known(ChatRequest request) {
            return Optional.empty();
        }

        @Override
        public Optional<Answer<PromptLogProbabilities>> known(ScoreRequest request) {
            return Optional.empty();
        }
    };

    /** Returns the answer to a question. */
    Optional<Answer<Completion>> known(ChatRequest request);

    /** Returns the log-probabilities of a text. */
    Optional<Answer<PromptLogProbabilities>> known(ScoreRequest request);
}
