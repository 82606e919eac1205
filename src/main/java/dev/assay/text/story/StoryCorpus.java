package dev.assay.text.story;

import dev.assay.InvalidInputException;
import dev.assay.text.document.Document;
import dev.assay.text.document.DocumentReader;
import dev.assay.text.document.TextSource;
import java.util.List;

/**
 * Short English-like stories written by a seeded grammar, which also knows what each of their words means: who is the subject,
 * whether a quotation is open, which mood the story is in. These labels are the ground truth for measurements on models and
 * dictionaries.
 *
 * <p>A story depends on the seed and its index alone, so that any of them can be written without the ones before it.
 */
public final class StoryCorpus implements TextSource {
    private final long seed;
    private final int stories;

    private StoryCorpus(long seed, int stories) {
        this.seed = seed;
        this.stories = stories;
    }

    /**
     * Describes stories; each is written when it is read.
     *
     * @param seed decides every story
     * @param stories how many there are, at least 1
     * @return the stories
     */
    public static StoryCorpus of(long seed, int stories) {
        if (stories < 1) {
            throw new InvalidInputException("found " + stories + " stories, expected at least 1");
        }
        return new StoryCorpus(seed, stories);
    }

    /**
     * Returns everything that the grammar knows to hold at a word.
     *
     * @return at most 64 concepts, in an order that stays the same
     */
    public static List<Concept> concepts() {
        return Concepts.ALL;
    }

    /**
     * Writes one story.
     *
     * @param index any index from 0, also beyond the number of stories of this corpus
     * @return the story with its spans
     */
    public Story story(int index) {
        if (index < 0) {
            throw new IllegalArgumentException("story " + index + ", expected at least 0");
        }
        return new StoryGenerator(seed, index).tell();
    }

    /**
     * Returns the number of stories.
     *
     * @return how many a reader gives
     */
    public int stories() {
        return stories;
    }

    /** Stories are short: none is ever cut, whatever the length asked for. */
    @Override
    public StoryCorpus chunked(int characters) {
        return this;
    }

    @Override
    public DocumentReader open() {
        return new DocumentReader() {
            private int index;

            @Override
            public Document next() {
                if (index == stories) {
                    return null;
                }
                Document document = new Document("story " + index, story(index).text());
                index++;
                return document;
            }

            @Override
            public long skip(long documents) {
                int skipped = (int) Math.min(documents, stories - index);
                index += skipped;
                return skipped;
            }

            @Override
            public void close() {
                // Nothing is open.
            }
        };
    }

    @Override
    public String description() {
        return stories + (stories == 1 ? " generated story" : " generated stories") + " (seed " + seed + ")";
    }
}
