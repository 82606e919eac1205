package dev.assay.text.story;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The concepts of the generated stories. */
final class Concepts {
    /** Prefix of the names of single-word concepts. */
    static final String WORD_PREFIX = "word-";

    static final Concept PERSON_NAME = tokenClass("person-name", "The name of a person.");
    static final Concept FEMALE_NAME = tokenClass("female-name", "The name of a girl or woman.");
    static final Concept MALE_NAME = tokenClass("male-name", "The name of a boy or man.");
    static final Concept FEMALE_PRONOUN = tokenClass("female-pronoun", "She or her.");
    static final Concept MALE_PRONOUN = tokenClass("male-pronoun", "He, him or his.");
    static final Concept PRONOUN = tokenClass("pronoun", "A personal or possessive pronoun.");
    static final Concept ANIMAL = tokenClass("animal", "An animal, in singular or plural.");
    static final Concept OBJECT_NOUN = tokenClass("object-noun", "A thing that can be owned, in singular or plural.");
    static final Concept PLURAL_NOUN = tokenClass("plural-noun", "A noun in the plural.");
    static final Concept PLACE = tokenClass("place", "A place where a story may happen.");
    static final Concept COLOUR = tokenClass("colour", "A colour.");
    static final Concept NUMBER = tokenClass("number", "A number, in words.");
    static final Concept FEELING = tokenClass("feeling", "What somebody feels, such as happy or lonely.");
    static final Concept QUALITY =
            tokenClass("quality", "How a thing is, such as big or quiet; colours and weather are other concepts.");
    static final Concept WEATHER = tokenClass("weather", "The sun, the rain and what else belongs to the weather.");
    static final Concept TIME = tokenClass("time", "A time of the day or of the year.");
    static final Concept GIVING_VERB = tokenClass("giving-verb", "Any form of give, hand, bring, lend, show, send.");
    static final Concept SPEECH_VERB = tokenClass("speech-verb", "Any form of say, ask, answer, whisper, shout.");
    static final Concept MOTION_VERB =
            tokenClass("motion-verb", "Any form of run, walk, go, come, jump, climb, hurry.");
    static final Concept NEGATION = tokenClass("negation", "Not, never, no, nobody, nothing.");
    static final Concept SENTENCE_END = tokenClass("sentence-end", "A full stop, question mark or exclamation mark.");
    static final Concept COMMA = tokenClass("comma", "A comma.");
    static final Concept OPENING_QUOTE = tokenClass("opening-quote", "A quotation mark that opens a quotation.");
    static final Concept CLOSING_QUOTE = tokenClass("closing-quote", "A quotation mark that closes a quotation.");
    static final Concept OPENING_BRACKET = tokenClass("opening-bracket", "An opening round bracket.");
    static final Concept CLOSING_BRACKET = tokenClass("closing-bracket", "A closing round bracket.");

    static final Concept RED_WORD = word("red", "The word red.");
    static final Concept BLUE_WORD = word("blue", "The word blue.");
    static final Concept GREEN_WORD = word("green", "The word green.");
    static final Concept YELLOW_WORD = word("yellow", "The word yellow.");
    static final Concept WHITE_WORD = word("white", "The word white.");
    static final Concept BLACK_WORD = word("black", "The word black.");
    static final Concept DOG_WORD = word("dog", "The word dog.");
    static final Concept CAT_WORD = word("cat", "The word cat.");
    static final Concept BIRD_WORD = word("bird", "The word bird.");
    static final Concept TWO_WORD = word("two", "The word two.");
    static final Concept THREE_WORD = word("three", "The word three.");
    static final Concept BALL_WORD = word("ball", "The word ball.");

    static final Concept SUBJECT =
            role("subject", "The subject of a clause: the noun phrase without its relative clause.");
    static final Concept OBJECT = role("object", "The direct object of a verb, without its relative clause.");
    static final Concept RECIPIENT =
            role("recipient", "The one to whom something is given, handed, brought, lent, shown or sent.");
    static final Concept PLACE_PHRASE =
            role("place-phrase", "A phrase that says where or where to, its preposition included.");

    static final Concept SENTENCE_START =
            position("sentence-start", "The first word of a sentence, quoted sentences included.");
    static final Concept QUOTATION = position("quotation", "Between quotation marks, without the marks.");
    static final Concept BRACKETS = position("brackets", "Between round brackets, without the brackets.");
    static final Concept QUESTION = position("question", "A question, from its first word to its question mark.");
    static final Concept NEGATED = position("negated", "What follows not or never, to the end of the clause.");
    static final Concept RELATIVE_CLAUSE = position("relative-clause", "A relative clause, its pronoun included.");
    static final Concept REASON = position("reason", "A clause that begins with because.");

    static final Concept SUBJECT_FEMALE = state(
            "subject-female",
            "From the subject of a clause to the clause's end, where one knows by then that the subject is one girl or woman.");
    static final Concept SUBJECT_MALE = state(
            "subject-male",
            "From the subject of a clause to the clause's end, where one knows by then that the subject is one boy or man.");
    static final Concept SUBJECT_PLURAL = state(
            "subject-plural", "From the subject of a clause to the clause's end, where the subject is more than one.");
    static final Concept SUBJECT_ANIMAL = state(
            "subject-animal",
            "From the subject of a clause to the clause's end, where the subject is an animal or several.");
    static final Concept SPEAKER_FEMALE =
            state("speaker-female", "Inside a quotation, where a girl or woman was named as its speaker before it.");
    static final Concept SPEAKER_MALE =
            state("speaker-male", "Inside a quotation, where a boy or man was named as its speaker before it.");
    static final Concept MOOD_HAPPY = state(
            "mood-happy",
            "From the word that tells that the main person is in a good mood until the mood turns or the story ends.");
    static final Concept MOOD_SAD = state(
            "mood-sad",
            "From the word that tells that the main person is in a bad mood until the mood turns or the story ends.");
    static final Concept ABOUT_FEMALE =
            state("about-female", "From the first mention of the main person to the story's end, where it is a girl.");
    static final Concept ABOUT_MALE =
            state("about-male", "From the first mention of the main person to the story's end, where it is a boy.");
    static final Concept PRESENT_TENSE =
            state("present-tense", "From the first verb of a story told in the present tense on, quotations left out.");
    static final Concept OUTDOORS =
            state("outdoors", "From the naming of a place under the open sky until the story goes indoors or ends.");

    /** All concepts; the index of a concept is its bit in labels. */
    static final List<Concept> ALL = List.of(
            PERSON_NAME,
            FEMALE_NAME,
            MALE_NAME,
            FEMALE_PRONOUN,
            MALE_PRONOUN,
            PRONOUN,
            ANIMAL,
            OBJECT_NOUN,
            PLURAL_NOUN,
            PLACE,
            COLOUR,
            NUMBER,
            FEELING,
            QUALITY,
            WEATHER,
            TIME,
            GIVING_VERB,
            SPEECH_VERB,
            MOTION_VERB,
            NEGATION,
            SENTENCE_END,
            COMMA,
            OPENING_QUOTE,
            CLOSING_QUOTE,
            OPENING_BRACKET,
            CLOSING_BRACKET,
            RED_WORD,
            BLUE_WORD,
            GREEN_WORD,
            YELLOW_WORD,
            WHITE_WORD,
            BLACK_WORD,
            DOG_WORD,
            CAT_WORD,
            BIRD_WORD,
            TWO_WORD,
            THREE_WORD,
            BALL_WORD,
            SUBJECT,
            OBJECT,
            RECIPIENT,
            PLACE_PHRASE,
            SENTENCE_START,
            QUOTATION,
            BRACKETS,
            QUESTION,
            NEGATED,
            RELATIVE_CLAUSE,
            REASON,
            SUBJECT_FEMALE,
            SUBJECT_MALE,
            SUBJECT_PLURAL,
            SUBJECT_ANIMAL,
            SPEAKER_FEMALE,
            SPEAKER_MALE,
            MOOD_HAPPY,
            MOOD_SAD,
            ABOUT_FEMALE,
            ABOUT_MALE,
            PRESENT_TENSE,
            OUTDOORS);

    private static final Map<Concept, Integer> PLACES =
            IntStream.range(0, ALL.size()).boxed().collect(Collectors.toUnmodifiableMap(ALL::get, place -> place));

    private Concepts() {}

    /** Returns the index of a concept. */
    static int place(Concept concept) {
        Integer place = PLACES.get(concept);
        if (place == null) {
            throw new IllegalArgumentException("\"" + concept.name() + "\" is not a concept of the generated stories");
        }
        return place;
    }

    private static Concept tokenClass(String name, String description) {
        return new Concept(name, description, Concept.Kind.TOKEN_CLASS);
    }

    private static Concept word(String word, String description) {
        return new Concept(WORD_PREFIX + word, description, Concept.Kind.WORD);
    }

    private static Concept role(String name, String description) {
        return new Concept(name, description, Concept.Kind.ROLE);
    }

    private static Concept position(String name, String description) {
        return new Concept(name, description, Concept.Kind.POSITION);
    }

    private static Concept state(String name, String description) {
        return new Concept(name, description, Concept.Kind.STATE);
    }
}
