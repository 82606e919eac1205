package dev.assay.text.story;

import dev.assay.InvalidInputException;
import dev.assay.text.document.Document;
import dev.assay.text.document.DocumentReader;
import dev.assay.text.document.TextSource;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * Short English-like stories from a seeded grammar with concept labels: for each word, for example, whether it belongs to the subject,
 * whether a quotation is open, and the mood of the story. The labels are the ground truth for measurements on models and dictionaries.
 *
 * <p>A story depends only on the seed and its index, so stories can be generated in any order.
 */
public final class StoryCorpus implements TextSource {
    private final long seed;
    private final int stories;

    private StoryCorpus(long seed, int stories) {
        this.seed = seed;
        this.stories = stories;
    }

    /**
     * Describes a corpus of stories; each story is generated when it is read.
     *
     * @param seed seed of all stories
     * @param stories the number of stories, at least 1
     * @return the corpus
     */
    public static StoryCorpus of(long seed, int stories) {
        if (stories < 1) {
            throw new InvalidInputException("the number of stories is " + stories + ", expected at least 1");
        }
        return new StoryCorpus(seed, stories);
    }

    /**
     * Returns all concepts of the grammar.
     *
     * @return at most 64 concepts in a fixed order
     */
    public static List<Concept> concepts() {
        return Concepts.ALL;
    }

    /**
     * Returns the index of a concept in {@link #concepts()}.
     *
     * @param name such as {@code quotation}
     * @return the index, which is the bit of the concept in labels; empty if no concept has the name
     */
    public static OptionalInt conceptIndex(String name) {
        return IntStream.range(0, Concepts.ALL.size())
                .filter(i -> Concepts.ALL.get(i).name().equals(name))
                .findFirst();
    }

    /**
     * Generates one story.
     *
     * @param index any index from 0; it may exceed the number of stories of this corpus
     * @return the story with its labels
     */
    public Story story(int index) {
        if (index < 0) {
            throw new IllegalArgumentException("the index of the story is " + index + ", expected at least 0");
        }
        return new StoryGenerator(seed, index).generate();
    }

    /**
     * Returns the number of stories.
     *
     * @return the number of documents of a reader
     */
    public int stories() {
        return stories;
    }

    /** Returns this corpus: stories are short and are never split. */
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
