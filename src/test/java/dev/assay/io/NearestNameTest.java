package dev.assay.io;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class NearestNameTest {
    private static final List<String> NAMES = List.of("train", "sweep", "steer", "serve");

    @Test
    void findsNamesWithExchangedMissingAndAdditionalCharacters() {
        assertEquals(Optional.of("train"), NearestName.of("trian", NAMES));
        assertEquals(Optional.of("serve"), NearestName.of("serv", NAMES));
        assertEquals(Optional.of("sweep"), NearestName.of("sweeep", NAMES));
    }

    @Test
    void findsNothingForAnUnrelatedName() {
        assertEquals(Optional.empty(), NearestName.of("quantize", NAMES));
        assertEquals(Optional.empty(), NearestName.of("x", List.of()));
    }
}
