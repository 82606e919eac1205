package dev.assay.text.tokenizer;

/**
 * The 256 characters that represent bytes in the vocabulary of a byte-level BPE, as in GPT-2: a byte that is printable in Latin-1
 * represents itself, the others map to U+0100 and up in ascending order (so a space is Ġ).
 */
final class ByteAlphabet {
    static final int BYTES = 256;
    private static final int FIRST_STAND_IN = 0x100;

    private ByteAlphabet() {}

    /** Returns the character of each byte, [256]. */
    static char[] characters() {
        char[] characters = new char[BYTES];
        int standIn = FIRST_STAND_IN;
        for (int value = 0; value < BYTES; value++) {
            characters[value] = (char) (isPrinted(value) ? value : standIn++);
        }
        return characters;
    }

    private static boolean isPrinted(int value) {
        return (value >= '!' && value <= '~') || (value >= 0xA1 && value <= 0xAC) || value >= 0xAE;
    }
}
