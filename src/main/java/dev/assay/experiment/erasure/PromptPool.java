package dev.assay.experiment.erasure;

import dev.assay.InvalidInputException;
import dev.assay.evaluate.probe.ConceptPrompts;
import dev.assay.tensor.Shuffling;
import dev.assay.text.ContextReader;
import dev.assay.text.Corpus;
import dev.assay.text.Split;
import dev.assay.text.TokenBatch;
import dev.assay.text.story.ConceptLabels;
import dev.assay.text.story.LabelledBatch;
import dev.assay.text.story.LabelledReader;
import dev.assay.text.story.StoryCorpus;
import dev.assay.text.tokenizer.Tokenizer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * Prompts from a text whose next token expresses the concept. A prompt is the text before that token in the same document and context, at
 * most a given number of tokens.
 *
 * @param training prompts of the training documents
 * @param heldOut prompts of the held-out documents
 * @param negative next tokens of the negative class
 * @param positive next tokens of the positive class
 * @param description the words of the classes
 */
record PromptPool(
        List<Candidate> training, List<Candidate> heldOut, int[] negative, int[] positive, String description) {
    /** Prompts of one class that a document contributes at most. */
    private static final int PER_DOCUMENT = 4;

    private static final int SHORTEST = 4;
    private static final int FEWEST = 8;
    private static final int CONTEXTS = 32;

    /** A prompt with its class and the group of the next word. */
    record Candidate(int[] tokens, boolean positive, int group, long document) {}

    /** Prompts for the selection of features, for fitting, and for scoring, from different documents. */
    record Splits(ConceptPrompts selection, ConceptPrompts fitting, ConceptPrompts scoring) {}

    /** Finds the class of the token after a position: −1, 1, or 0 for none. */
    private interface Sides {
        int of(TokenBatch batch, int index);
    }

    /**
     * Reads prompts whose next token is a pronoun that the story corpus labels as female or male.
     *
     * @param words group the pronouns
     * @param wanted prompts of each class to stop at
     */
    static PromptPool ofStories(Corpus corpus, ConceptWords words, int longest, int wanted) throws IOException {
        int female = StoryCorpus.conceptIndex("female-pronoun").orElseThrow();
        int male = StoryCorpus.conceptIndex("male-pronoun").orElseThrow();
        Set<Integer> negative = new LinkedHashSet<>();
        Set<Integer> positive = new LinkedHashSet<>();
        Map<Split, List<Candidate>> found = new HashMap<>();
        for (Split split : List.of(Split.TRAINING, Split.HELD_OUT)) {
            Collector collector = new Collector(corpus, words, longest, wanted);
            try (LabelledReader reader = ConceptLabels.read(corpus, split)) {
                for (LabelledBatch batch = reader.next(CONTEXTS);
                        batch != null && !collector.isFull();
                        batch = reader.next(CONTEXTS)) {
                    long[] labels = batch.labels();
                    collector.add(batch.tokens(), (tokens, index) -> {
                        boolean isFemale = (labels[index] >>> female & 1) == 1;
                        boolean isMale = (labels[index] >>> male & 1) == 1;
                        // A word of several tokens is predicted by the token before its first.
                        if (isFemale == isMale || !isWordStart(corpus.tokenizer(), tokens, index)) {
                            return 0;
                        }
                        (isFemale ? positive : negative).add((int) tokens.ids()[index]);
                        return isFemale ? 1 : -1;
                    });
                }
            }
            found.put(split, collector.found);
        }
        positive.removeAll(negative);
        return new PromptPool(
                found.get(Split.TRAINING),
                found.get(Split.HELD_OUT),
                array(negative),
                array(positive),
                "male and female pronouns, as labelled by the story corpus");
    }

    /** Returns whether a token does not continue the word of the token before it; true at the end of a context. */
    private static boolean isWordStart(Tokenizer tokenizer, TokenBatch batch, int index) {
        if (index % batch.length() == 0) {
            return true;
        }
        String text = tokenizer.token((int) batch.ids()[index]);
        String before = tokenizer.token((int) batch.ids()[index - 1]);
        return text.isEmpty()
                || before.isEmpty()
                || !Character.isLetter(text.charAt(0))
                || !Character.isLetter(before.charAt(before.length() - 1));
    }

    private static int[] array(Set<Integer> tokens) {
        return tokens.stream().mapToInt(Integer::intValue).toArray();
    }

    /** Reads prompts whose next token is one of some words. */
    static PromptPool ofWords(Corpus corpus, ConceptWords words, int longest, int wanted) throws IOException {
        Map<Split, List<Candidate>> found = new HashMap<>();
        for (Split split : List.of(Split.TRAINING, Split.HELD_OUT)) {
            Collector collector = new Collector(corpus, words, longest, wanted);
            try (ContextReader reader = corpus.read(split)) {
                for (TokenBatch batch = reader.next(CONTEXTS);
                        batch != null && !collector.isFull();
                        batch = reader.next(CONTEXTS)) {
                    collector.add(
                            batch,
                            // A part of a word, as in "fat" + "her", is no word.
                            (tokens, index) -> isWordStart(corpus.tokenizer(), tokens, index)
                                            && isWordStart(corpus.tokenizer(), tokens, index + 1)
                                    ? words.sideOf((int) tokens.ids()[index])
                                    : 0);
                }
            }
            found.put(split, collector.found);
        }
        return new PromptPool(
                found.get(Split.TRAINING),
                found.get(Split.HELD_OUT),
                words.negative(),
                words.positive(),
                "the word pairs " + String.join(", ", words.pairs()));
    }

    /** Collects the prompts of one split. */
    private static final class Collector {
        private final Corpus corpus;
        private final ConceptWords words;
        private final int longest;
        private final int wanted;
        private final List<Candidate> found = new ArrayList<>();
        private final Map<Long, int[]> perDocument = new HashMap<>();
        private final int[] perClass = new int[2];

        Collector(Corpus corpus, ConceptWords words, int longest, int wanted) {
            this.corpus = corpus;
            this.words = words;
            this.longest = longest;
            this.wanted = wanted;
        }

        boolean isFull() {
            return perClass[0] >= wanted && perClass[1] >= wanted;
        }

        void add(TokenBatch batch, Sides sides) {
            int length = batch.length();
            for (int row = 0; row < batch.rows(); row++) {
                int start = row * length; // of the text of the current document
                for (int index = row * length + 1; index < (row + 1) * length; index++) {
                    if (batch.documents()[index] != batch.documents()[index - 1]) {
                        start = index;
                    }
                    int side = sides.of(batch, index);
                    if (side != 0 && index - start >= SHORTEST) {
                        add(batch, start, index, side > 0);
                    }
                }
            }
        }

        private void add(TokenBatch batch, int start, int index, boolean positive) {
            int side = positive ? 1 : 0;
            int[] counts = perDocument.computeIfAbsent(batch.documents()[index], document -> new int[2]);
            if (counts[side] >= PER_DOCUMENT || perClass[side] >= wanted) {
                return;
            }
            counts[side]++;
            perClass[side]++;
            boolean bos = corpus.prependBos() && batch.positions()[start] >= 0;
            int text = longest - (bos ? 1 : 0);
            int from = Math.max(start, index - text);
            boolean prepends = corpus.prependBos() && batch.positions()[from] >= 0;
            int[] tokens = new int[index - from + (prepends ? 1 : 0)];
            for (int i = from; i < index; i++) {
                tokens[i - from + (prepends ? 1 : 0)] = (int) batch.ids()[i];
            }
            if (prepends) {
                tokens[0] = corpus.tokenizer().bosId();
            }
            int group = words.groupOf((int) batch.ids()[index]);
            found.add(new Candidate(tokens, positive, group, batch.documents()[index]));
        }
    }

    /**
     * Draws prompts, equally many of both classes. Training documents are divided between selection and fitting.
     *
     * @param most prompts per part at most
     * @param seed of the division and of the draw
     * @throws InvalidInputException if a part has too few prompts of a class
     */
    Splits splits(int most, long seed) {
        List<Candidate> selection = new ArrayList<>();
        List<Candidate> fitting = new ArrayList<>();
        for (Candidate candidate : training) {
            boolean first = new SplittableRandom(seed * 1_000_003 + candidate.document).nextBoolean();
            (first ? selection : fitting).add(candidate);
        }
        return new Splits(
                balanced(selection, most, seed, "a half of its training documents"),
                balanced(fitting, most, seed + 1, "a half of its training documents"),
                balanced(heldOut, most, seed + 2, "its held-out documents"));
    }

    /** Draws equally many prompts of both classes from each group, so that the kind of word does not tell the class. */
    private ConceptPrompts balanced(List<Candidate> candidates, int most, long seed, String where) {
        SplittableRandom random = new SplittableRandom(seed);
        Map<Integer, List<List<Candidate>>> groups = new TreeMap<>();
        for (Candidate candidate : candidates) {
            groups.computeIfAbsent(candidate.group, group -> List.of(new ArrayList<>(), new ArrayList<>()))
                    .get(candidate.positive ? 1 : 0)
                    .add(candidate);
        }
        List<Candidate[]> pairs = new ArrayList<>();
        for (List<List<Candidate>> classes : groups.values()) {
            classes.forEach(members -> Shuffling.shuffle(members, random));
            int each = Math.min(classes.get(0).size(), classes.get(1).size());
            for (int i = 0; i < each; i++) {
                pairs.add(new Candidate[] {classes.get(0).get(i), classes.get(1).get(i)});
            }
        }
        Shuffling.shuffle(pairs, random);
        int count = Math.min(most / 2, pairs.size());
        InvalidInputException.require(
                count >= FEWEST,
                () -> "the text has " + pairs.size() + " pairs of prompts for " + description + " in " + where
                        + ", expected at least " + FEWEST
                        + ": use more text, or other words with --set words=WORD/WORD,…");
        List<int[]> rows = new ArrayList<>();
        boolean[] labels = new boolean[2 * count];
        for (int i = 0; i < 2 * count; i++) {
            rows.add(pairs.get(i / 2)[i % 2].tokens);
            labels[i] = i % 2 == 1;
        }
        return ConceptPrompts.of(rows, labels, negative, positive);
    }
}
