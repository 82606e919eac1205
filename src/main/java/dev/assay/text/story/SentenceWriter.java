package dev.assay.text.story;

/**
 * Writes the sentences of the grammar: chooses between names and pronouns, inflects verbs, and marks the constituents. The header of
 * {@code story-sentences.txt} documents the syntax.
 */
final class SentenceWriter {
    private static final String SIGNS = ",.!?";

    private final StoryWords words;
    private final StoryRandom random;
    private final StoryContext context;
    private final AnnotatedText pen;
    private final StoryState state;
    private final Referent pair;

    private final Mentions mentions = new Mentions();

    private String source;
    private int at;
    private Clause clause;

    /** The current constituent: a letter of the grammar. */
    private char part;

    /** The person in the current constituent, or null. */
    private Referent spoken;

    private boolean spokenAsPronoun;

    /** The speaker of the current quotation if the text named the speaker before it, or null. */
    private Referent speaker;

    SentenceWriter(StoryWords words, StoryRandom random, StoryContext context, AnnotatedText pen, StoryState state) {
        this.words = words;
        this.random = random;
        this.context = context;
        this.pen = pen;
        this.state = state;
        this.pair = Referent.several(context.main.name() + " and " + context.friend.name());
    }

    /** Writes one line of the grammar with its words already drawn. */
    void write(String line) {
        source = line;
        at = 0;
        part = ' ';
        clause = new Clause(null, true);
        pen.startSentence();
        state.narrationBegins();
        content();
        clause.close(pen);
        state.narrationPauses();
    }

    private void content() {
        while (at < source.length() && source.charAt(at) != '}') {
            char c = source.charAt(at);
            if (c == ' ') {
                at++;
            } else if (c == '{') {
                group();
            } else if (c == '[') {
                int end = source.indexOf(']', at);
                verb(source.substring(at + 1, end));
                at = end + 1;
            } else if (SIGNS.indexOf(c) >= 0) {
                sign(c);
                at++;
            } else {
                int start = at;
                while (at < source.length()
                        && " {}[]".indexOf(source.charAt(at)) < 0
                        && SIGNS.indexOf(source.charAt(at)) < 0) {
                    at++;
                }
                word(source.substring(start, at));
            }
        }
    }

    private void sign(char sign) {
        if (sign == ',') {
            pen.sign(sign);
            return;
        }
        clause.close(pen);
        clause = clause.nextSentence();
        pen.sign(sign);
        mentions.nextSentence();
    }

    private void group() {
        char outerPart = part;
        part = source.charAt(at + 1);
        at += 2;
        switch (part) {
            case 'q', 'A', 'B' -> quotation();
            case 'k' -> brackets();
            case 'c' -> inClause(clause.isMain());
            case 'w' -> pen.mark(Concepts.RELATIVE_CLAUSE, inClause(false));
            case 'b' -> pen.mark(Concepts.REASON, inClause(false));
            case 's' -> subject();
            case 'o' -> pen.mark(Concepts.OBJECT, nounPhrase());
            case 'r' -> pen.mark(Concepts.RECIPIENT, nounPhrase());
            case 'p' -> pen.mark(Concepts.PLACE_PHRASE, inGroup());
            case 'P' -> {
                int from = inGroup();
                pen.mark(Concepts.PLACE_PHRASE, from);
                state.placeNamed(context.place(), from + pen.since(from).lastIndexOf(' ') + 1);
            }
            case '?' -> pen.mark(Concepts.QUESTION, inGroup());
            case 'n' -> pen.mark(Concepts.NEGATED, inGroup());
            case 'm' -> {
                state.moodTold(context.happy(), pen.next());
                inGroup();
            }
            default -> throw new IllegalStateException("unknown part {" + part + " in: " + source);
        }
        part = outerPart;
    }

    /** Writes the content of a group and returns its start. */
    private int inGroup() {
        int from = pen.next();
        content();
        at++;
        return from;
    }

    private int inClause(boolean main) {
        clause = new Clause(clause, main);
        int from = inGroup();
        clause.close(pen);
        clause = clause.outer();
        return from;
    }

    private void quotation() {
        speaker = part == 'A' ? context.main : part == 'B' ? context.friend : null;
        boolean endsSentence = clause.subject() != null;
        state.narrationPauses();
        pen.openQuotation();
        int from = inClause(false);
        pen.mark(Concepts.QUOTATION, from);
        if (speaker != null && speaker.gender() == Gender.FEMALE) {
            pen.mark(Concepts.SPEAKER_FEMALE, from);
        } else if (speaker != null && speaker.gender() == Gender.MALE) {
            pen.mark(Concepts.SPEAKER_MALE, from);
        }
        pen.closeQuotation();
        speaker = null;
        if (endsSentence) {
            // The enclosing sentence is complete if it has its subject before the quotation.
            clause = clause.nextSentence();
            pen.startSentence();
        }
        state.narrationBegins();
    }

    private void brackets() {
        pen.openBracket();
        int from = inClause(false);
        pen.mark(Concepts.BRACKETS, from);
        pen.closeBracket();
    }

    /** Writes a noun phrase other than a subject, and returns its start. */
    private int nounPhrase() {
        int from = inGroup();
        mentions.add(referentOf(from));
        return from;
    }

    private void subject() {
        spoken = null;
        spokenAsPronoun = false;
        int from = inGroup();
        pen.mark(Concepts.SUBJECT, from);
        Referent referent = referentOf(from);
        clause.begin(referent, spokenAsPronoun, from);
        mentions.add(referent);
        if (clause.isMain()) {
            mentions.subjectOfMainClause(referent);
        }
    }

    /** Returns the referent of the noun phrase that starts at an offset. */
    private Referent referentOf(int from) {
        String phrase = pen.since(from);
        if (spoken != null && (spoken.equals(pair) || !phrase.contains(" and "))) {
            return spoken;
        }
        if (phrase.contains(" and ")) {
            return Referent.several(phrase);
        }
        String head = phrase.substring(phrase.lastIndexOf(' ') + 1);
        for (Referent person : new Referent[] {context.main, context.friend}) {
            if (head.equals(person.name())) {
                return person;
            }
        }
        if (head.equals("I") && speaker != null) {
            return speaker;
        }
        if (head.equalsIgnoreCase("we")) {
            return pair;
        }
        Referent noun = words.referent(head);
        return noun != null ? noun : new Referent(head, Gender.THING, false, false);
    }

    private void verb(String form) {
        boolean plural = form.endsWith("+") || clause.takesPluralVerb();
        String verb = form.replace("+", "");
        state.verbComes(pen.next());
        if (!verb.startsWith("not ")) {
            pen.word(finite(verb, plural));
            return;
        }
        String negated = verb.substring("not ".length());
        if (negated.equals("be")) {
            pen.word(finite("be", plural));
            pen.word("not");
            clause.negate(pen.next());
        } else {
            pen.word(context.past ? "did" : plural ? "do" : "does");
            pen.word("not");
            clause.negate(pen.next());
            pen.word(words.verb(negated).base());
        }
    }

    private String finite(String base, boolean plural) {
        if (base.equals("be")) {
            return context.past ? (plural ? "were" : "was") : (plural ? "are" : "is");
        }
        StoryWords.Verb verb = words.verb(base);
        return context.past ? verb.past() : plural ? verb.base() : verb.third();
    }

    private void word(String word) {
        switch (word) {
            case "$A" -> person(context.main);
            case "$B" -> person(context.friend);
            case "$AB" -> person(pair);
            case "$he" -> pronoun(context.main, context.main.gender().subject());
            case "$his" -> pen.word(context.main.gender().possessive());
            case "$hisB" -> pen.word(context.friend.gender().possessive());
            default -> plain(word);
        }
    }

    private void plain(String word) {
        int start = pen.word(word);
        if (word.equals(context.main.name())) {
            state.mainPersonNamed(context.main.gender(), start);
            mentions.add(context.main);
        } else if (word.equals(context.friend.name())) {
            mentions.add(context.friend);
        }
    }

    private void person(Referent person) {
        Gender pronouns = person.pronouns();
        boolean asPronoun = part == 's'
                ? mentions.clearAsSubject(person) && random.chance(0.85)
                : mentions.clearAsObject(person, clause.subject()) && random.chance(0.6);
        if (asPronoun) {
            pronoun(person, part == 's' ? pronouns.subject() : pronouns.object());
            return;
        }
        for (String word : person.name().split(" ")) {
            plain(word);
        }
        spoken = person;
        mentions.add(person);
    }

    private void pronoun(Referent person, String pronoun) {
        pen.word(pronoun);
        spoken = person;
        spokenAsPronoun = true;
    }
}
