package dev.assay.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WholeNumberTest {
    @ParameterizedTest
    @CsvSource({
        "0,0",
        "20000,20000",
        "1_000_000,1000000",
        "4k,4000",
        "4K,4000",
        "1M,1000000",
        "1.5M,1500000",
        "0.25k,250",
        "2G,2000000000",
        "-3,-3",
        "-2k,-2000",
        "+7,7",
        "9223372036854775807,9223372036854775807",
        "-9223372036854775808,-9223372036854775808",
        "1_0.5k,10500"
    })
    void readsSuffixesAndSeparators(String text, long value) {
        assertEquals(value, WholeNumber.parse(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "k",
                "1.5",
                "1_",
                "_1",
                "1__0",
                "1.0005k",
                "1m",
                "4 k",
                "1e6",
                "0x10",
                "9223372036854775808",
                "10000000000G",
                "1,000",
                "١"
            })
    void refusesOtherForms(String text) {
        assertThrows(NumberFormatException.class, () -> WholeNumber.parse(text));
    }
}
