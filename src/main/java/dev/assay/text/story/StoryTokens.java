package dev.assay.text.story;

import dev.assay.text.Corpus;
import dev.assay.text.HoldOut;
import dev.assay.text.Split;
import dev.assay.text.tokenizer.TokenRun;

/** Tokenizes and labels the stories of one split of a corpus. */
final class StoryTokens implements TokenRun.Stream {
    private final ConceptLabels labels;
    private final StoryCorpus stories;
    private final Split split;
    private final HoldOut holdOut;
    private int index;

    StoryTokens(Corpus corpus, StoryCorpus stories, Split split) {
        this.labels = ConceptLabels.of(corpus.tokenizer());
        this.holdOut = corpus.holdOut();
        this.stories = stories;
        this.split = split;
    }

    @Override
    public TokenRun next() {
        while (index < stories.stories()) {
            int here = index++;
            if (split.includes(holdOut, here, () -> stories.story(here).text())) {
                LabelledTokens tokens = labels.label(stories.story(here));
                return new TokenRun(tokens.ids(), tokens.labels(), here);
            }
        }
        return null;
    }

    @Override
    public void seek(long document) {
        index = (int) Math.min(stories.stories(), Math.max(index, document));
    }

    @Override
    public void close() {
        // Nothing is open.
    }
}
