package dev.assay.text.story;

/** A clause that is being written: its subject, and whether what follows is negated. */
final class Clause {
    private final Clause outer;
    private final boolean main;
    private Referent subject;
    private boolean asPronoun;
    private int subjectFrom = -1;
    private int negatedFrom = -1;

    /**
     * Begins a clause.
     *
     * @param outer the clause around it, or null
     * @param main whether it is told by itself, or beside another, rather than about a word of another
     */
    Clause(Clause outer, boolean main) {
        this.outer = outer;
        this.main = main;
    }

    /** Begins a sentence within the same quotation or story. */
    Clause nextSentence() {
        return new Clause(outer, main);
    }

    Clause outer() {
        return outer;
    }

    boolean isMain() {
        return main;
    }

    void begin(Referent referent, boolean pronoun, int from) {
        subject = referent;
        asPronoun = pronoun;
        subjectFrom = from;
    }

    void negate(int from) {
        negatedFrom = from;
    }

    Referent subject() {
        return subject;
    }

    /** A clause without a subject of its own ("who likes the dog") agrees with the one around it. */
    boolean takesPluralVerb() {
        if (subject == null) {
            return outer != null && outer.takesPluralVerb();
        }
        return subject.takesPluralVerb(asPronoun);
    }

    /** Marks what holds to the end of the clause. */
    void close(AnnotatedText pen) {
        if (subject != null) {
            subject.statesAsSubject().forEach(concept -> pen.mark(concept, subjectFrom));
        }
        pen.mark(Concepts.NEGATED, negatedFrom);
    }
}
