package dev.assay.feature.prompt;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import dev.assay.InvalidInputException;
import dev.assay.attach.NextTokenLoss;
import dev.assay.text.tokenizer.Tokenizer;
import dev.assay.view.PlainText;

/** A scalar of a model's predictions on a prompt, which is attributed to features. */
public sealed interface PromptMetric {
    /**
     * Returns the loss on the prompt.
     *
     * @return the mean of −log p(next token) over the prompt, in nats
     */
    static PromptMetric loss() {
        return new Loss();
    }

    /**
     * Returns the logit of a token after the prompt.
     *
     * @param token the token's text as it appears within a text, often with a leading space
     * @return the logit at the prompt's last token
     */
    static PromptMetric logit(String token) {
        return new Logit(token);
    }

    /**
     * Returns a short description.
     *
     * @return such as {@code mean loss on the prompt, in nats}
     */
    String description();

    /** Resolves the token of the metric for one prompt. */
    Computed of(Tokenizer tokenizer, long[] prompt);

    /** A metric of one prompt. */
    interface Computed {
        /** Computes the metric of each run, [runs], from logits [runs, position, V]; differentiable. */
        NDArray of(NDArray logits);
    }

    /** The mean loss over the prompt. */
    record Loss() implements PromptMetric {
        @Override
        public String description() {
            return "mean loss on the prompt, in nats";
        }

        @Override
        public Computed of(Tokenizer tokenizer, long[] prompt) {
            if (prompt.length < 2) {
                throw new InvalidInputException(
                        "the prompt has 1 token, expected at least 2: the loss is the mean over the tokens after the first");
            }
            return logits -> {
                long runs = logits.getShape().get(0);
                long pairs = prompt.length - 1;
                long[] next = new long[(int) (runs * pairs)];
                for (int i = 0; i < next.length; i++) {
                    next[i] = prompt[(int) (i % pairs) + 1];
                }
                NDArray targets = logits.getManager().create(next);
                return NextTokenLoss.perToken(NextTokenLoss.predictions(logits), targets)
                        .reshape(runs, pairs)
                        .mean(new int[] {1});
            };
        }
    }

    /**
     * The logit of one token at the last token of the prompt.
     *
     * @param token the token's text
     */
    record Logit(String token) implements PromptMetric {
        @Override
        public String description() {
            return "logit of \"" + PlainText.token(token) + "\" after the prompt";
        }

        @Override
        public Computed of(Tokenizer tokenizer, long[] prompt) {
            int id = TokenLookup.id(tokenizer, token);
            return logits -> logits.get(new NDIndex(":, {}, {}", prompt.length - 1, id));
        }
    }
}
