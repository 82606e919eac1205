package dev.assay.text.story;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.InvalidInputException;
import dev.assay.text.document.TextSourceTest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("slow")
class StoryCorpusTest {
    private static final StoryCorpus STORIES = StoryCorpus.of(11, 400);
    private static final Map<String, Concept> BY_NAME =
            StoryCorpus.concepts().stream().collect(Collectors.toMap(Concept::name, concept -> concept));

    /** Returns the texts of a concept's spans in a story. */
    private static List<String> texts(Story story, String concept) {
        return spans(story, concept).stream()
                .map(span -> story.text().substring(span.start(), span.end()))
                .toList();
    }

    private static List<ConceptSpan> spans(Story story, String concept) {
        Concept wanted = BY_NAME.get(concept);
        return story.spans().stream()
                .filter(span -> span.concept().equals(wanted))
                .toList();
    }

    private static List<Story> stories() {
        return IntStream.range(0, STORIES.stories()).mapToObj(STORIES::story).toList();
    }

    @Test
    void storyDependsOnlyOnSeedAndIndex() throws IOException {
        StoryCorpus again = StoryCorpus.of(11, 3);
        assertEquals(STORIES.story(200), again.story(200));
        assertEquals(3, TextSourceTest.read(again).size());
        assertEquals(STORIES.story(2).text(), TextSourceTest.read(again).get(2).text());
        assertNotEquals(STORIES.story(5), StoryCorpus.of(12, 1).story(5));
        Set<String> different = stories().stream().map(Story::text).collect(Collectors.toSet());
        assertEquals(400, different.size());
        assertEquals("3 generated stories (seed 11)", again.description());
        assertThrows(InvalidInputException.class, () -> StoryCorpus.of(1, 0));
    }

    @Test
    void indexOfAConceptIsItsPlaceInTheList() {
        for (int i = 0; i < StoryCorpus.concepts().size(); i++) {
            assertEquals(
                    i,
                    StoryCorpus.conceptIndex(StoryCorpus.concepts().get(i).name())
                            .getAsInt());
        }
        assertTrue(StoryCorpus.conceptIndex("quotations").isEmpty());
    }

    @Test
    void conceptsHaveUniqueNamesAndFitIntoOneLong() {
        assertEquals(StoryCorpus.concepts().size(), BY_NAME.size());
        assertTrue(StoryCorpus.concepts().size() <= Long.SIZE);
        Set<Concept> seen = new HashSet<>();
        stories().forEach(story -> story.spans().forEach(span -> seen.add(span.concept())));
        assertEquals(Set.copyOf(StoryCorpus.concepts()), seen);
    }

    @Test
    void spansAreWithinTextAndAtWordBoundaries() {
        for (Story story : stories()) {
            String text = story.text();
            for (ConceptSpan span : story.spans()) {
                assertTrue(span.end() <= text.length());
                String part = text.substring(span.start(), span.end());
                assertEquals(part.strip(), part, span + " in " + text);
                boolean startsWord = span.start() == 0
                        || !Character.isLetter(text.charAt(span.start() - 1))
                        || !Character.isLetter(part.charAt(0));
                assertTrue(startsWord, span + " in " + text);
                boolean endsWord = span.end() == text.length()
                        || !Character.isLetter(text.charAt(span.end()))
                        || !Character.isLetter(part.charAt(part.length() - 1));
                assertTrue(endsWord, span + " in " + text);
            }
        }
    }

    @Test
    void writesEverySentenceOfGrammar() {
        for (Story story : stories()) {
            assertTrue(story.text().matches("[A-Za-z ,.!?\"()]+"), story.text());
            assertFalse(
                    story.text().matches(".*( [,.!?)]|\\( |[A-Z][A-Z]|  |\\ba [aeiou]|\\ban [^aeiou]).*"),
                    story.text());
            assertTrue(story.text().matches("[A-Z].*[.!?]\"?"), story.text());
        }
    }

    @Test
    void quotationAndBracketSpansMatchPunctuation() {
        for (Story story : stories()) {
            assertEquals(between(story.text(), "\"([^\"]*)\""), texts(story, "quotation"));
            assertEquals(between(story.text(), "\\(([^)]*)\\)"), texts(story, "brackets"));
            assertEquals(0, story.text().chars().filter(c -> c == '"').count() % 2);
            for (String question : texts(story, "question")) {
                assertTrue(question.matches("[A-Z][^.!?]*\\?"), question);
            }
            assertEquals(
                    story.text().chars().filter(c -> c == '?').count(),
                    texts(story, "question").size());
        }
    }

    private static List<String> between(String text, String pattern) {
        List<String> found = new ArrayList<>();
        Matcher matcher = Pattern.compile(pattern).matcher(text);
        while (matcher.find()) {
            found.add(matcher.group(1));
        }
        return found;
    }

    @Test
    void pronounsAgreeWithTheGenderOfTheSubject() {
        for (Story story : stories()) {
            for (String clause : texts(story, "subject-female")) {
                assertFalse(clause.matches("(?i)(he|they|it)\\b.*"), clause);
            }
            for (String clause : texts(story, "subject-male")) {
                assertFalse(clause.matches("(?i)(she|they|it)\\b.*"), clause);
            }
            for (String clause : texts(story, "subject-plural")) {
                assertTrue(
                        clause.matches(
                                "(?i)(they|we)\\b.*|\\w+ and (the )?\\w+.*|.*\\w(s|men|women|children|foxes)\\b.*"),
                        clause);
            }
        }
    }

    @Test
    void usesNoMalePronounInStoriesOfWomen() {
        int found = 0;
        for (Story story : stories()) {
            boolean men = !texts(story, "male-name").isEmpty()
                    || story.text().matches("(?is).*\\b(boys?|m[ae]n|kings?|brothers?|fathers?)\\b.*");
            if (!men) {
                assertEquals(List.of(), texts(story, "male-pronoun"), story.text());
                found++;
            }
        }
        assertTrue(found > 10);
    }

    @Test
    void namesPersonBeforePronoun() {
        for (Story story : stories()) {
            List<String> named = texts(story, "person-name");
            for (ConceptSpan span : spans(story, "subject")) {
                String subject = story.text().substring(span.start(), span.end());
                if (subject.matches("(?i)she|he")) {
                    String before = story.text().substring(0, span.start());
                    assertTrue(named.stream().anyMatch(before::contains), story.text());
                }
            }
        }
    }

    @Test
    void recipientIsNotSubject() {
        int recipients = 0;
        for (Story story : stories()) {
            for (ConceptSpan recipient : spans(story, "recipient")) {
                recipients++;
                assertTrue(spans(story, "subject").stream()
                        .noneMatch(subject -> subject.start() < recipient.end() && recipient.start() < subject.end()));
                ConceptSpan giver = spans(story, "subject").stream()
                        .filter(subject -> subject.end() <= recipient.start())
                        .reduce((first, second) -> second)
                        .orElseThrow();
                assertNotEquals(
                        story.text().substring(giver.start(), giver.end()).toLowerCase(Locale.ROOT),
                        story.text()
                                .substring(recipient.start(), recipient.end())
                                .toLowerCase(Locale.ROOT));
            }
        }
        assertTrue(recipients > 100);
        assertTrue(stories().stream()
                .anyMatch(
                        story -> texts(story, "recipient").stream().anyMatch(Set.of("her", "him", "them")::contains)));
    }

    @Test
    void storyHasOneTense() {
        for (Story story : stories()) {
            boolean present = !spans(story, "present-tense").isEmpty();
            String narration = story.text().replaceAll("\"[^\"]*\"", "");
            String other =
                    present ? "was|were|did|had|said|asked|gave|felt" : "is|are|does|do|has|says|asks|gives|feels";
            assertFalse(narration.matches(".*\\b(" + other + ")\\b.*"), story.text());
            for (String span : texts(story, "present-tense")) {
                assertFalse(span.contains("\""), span);
            }
        }
    }

    @Test
    void verbsAgreeWithSubject() {
        String plural = "They|We|children|men|women|(?!This)\\w\\w+[^s ]s";
        for (Story story : stories()) {
            for (ConceptSpan span : spans(story, "subject")) {
                String subject = story.text().substring(span.start(), span.end());
                String rest = story.text().substring(span.end());
                boolean several = subject.contains(" and ") || subject.matches("(?i)(.* )?(" + plural + ")");
                boolean one = subject.matches("(?i)the \\w*[^s]|(Anna|Tom|Mia|Ben)|she|he|it|nobody")
                        && !subject.matches(".* (men|women|children)");
                if (several) {
                    assertFalse(rest.matches(" (was|is|has|does|runs|gives|sings)\\b.*"), subject + rest);
                } else if (one) {
                    assertFalse(rest.matches(" (were|are|have|do|run|give|sing)\\b.*"), subject + rest);
                }
            }
        }
    }

    @Test
    void moodsDoNotOverlap() {
        int turned = 0;
        for (Story story : stories()) {
            List<ConceptSpan> moods = new ArrayList<>(spans(story, "mood-happy"));
            moods.addAll(spans(story, "mood-sad"));
            moods.sort(Comparator.comparingInt(ConceptSpan::start));
            turned += moods.size() == 2 ? 1 : 0;
            assertTrue(moods.size() == 1 || moods.size() == 2, story.text());
            assertEquals(story.text().length(), moods.get(moods.size() - 1).end());
            if (moods.size() == 2) {
                assertEquals(moods.get(0).end() + 1, moods.get(1).start());
                assertNotEquals(moods.get(0).concept(), moods.get(1).concept());
            }
        }
        assertTrue(turned > 60 && turned < 200);
    }

    @Test
    void negatedSpanFollowsNegation() {
        for (Story story : stories()) {
            for (ConceptSpan span : spans(story, "negated")) {
                assertTrue(story.text().substring(0, span.start()).matches(".*\\b(not|never) "), story.text());
            }
        }
    }

    @Test
    void wordClassIsIndependentOfContext() {
        for (Story story : stories()) {
            assertEquals(between(story.text(), "\\b([Dd]og)\\b"), texts(story, "word-dog"));
            assertEquals(between(story.text(), "\\b([Rr]ed)\\b"), texts(story, "word-red"));
            assertEquals(between(story.text(), "([.!?])"), texts(story, "sentence-end"));
            int marks = between(story.text(), "(\")").size();
            assertEquals(marks / 2, texts(story, "opening-quote").size());
            assertEquals(marks / 2, texts(story, "closing-quote").size());
            assertEquals(between(story.text(), "(\\()"), texts(story, "opening-bracket"));
            assertEquals(between(story.text(), "(\\))"), texts(story, "closing-bracket"));
            for (String clause : texts(story, "relative-clause")) {
                assertTrue(clause.matches("(that|who|whose) .*"), clause);
            }
            for (String clause : texts(story, "reason")) {
                assertTrue(clause.matches("(?i)because .*"), clause);
            }
        }
    }
}
