package dev.assay.text.story;

/** Grammatical gender: the pronouns for a person or a thing. */
enum Gender {
    FEMALE("she", "her", "her"),
    MALE("he", "him", "his"),
    /** A person with the singular "they". */
    NEUTRAL("they", "them", "their"),
    THING("it", "it", "its");

    private final String subject;
    private final String object;
    private final String possessive;

    Gender(String subject, String object, String possessive) {
        this.subject = subject;
        this.object = object;
        this.possessive = possessive;
    }

    String subject() {
        return subject;
    }

    String object() {
        return object;
    }

    String possessive() {
        return possessive;
    }
}
