package dev.assay.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafetensorsHeaderTest {
    @TempDir
    private Path folder;

    /** Headers before 16 bytes of data, with the message after the file name. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}          | ` has a header that is not valid JSON: Unexpected end-of-input`
            {"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}} x       | ` has a header that is not valid JSON: Unrecognized token 'x'`
            [1]                                                             | ` has a header that is not a JSON object`
            {"a":{"shape":[4],"data_offsets":[0,16]}}                       | `: dtype of tensor a is missing, expected one of F64, F32`
            {"a":{"dtype":"F31","shape":[4],"data_offsets":[0,16]}}         | `: dtype of tensor a is "F31", expected one of F64, F32`
            {"a":{"dtype":4,"shape":[4],"data_offsets":[0,16]}}             | `: dtype of tensor a is 4, expected one of F64, F32`
            {"a":7}                                                         | `: dtype of tensor a is missing, expected one of F64, F32`
            {"a":{"dtype":"F32","data_offsets":[0,16]}}                     | `: shape of tensor a is missing, expected a list of integers`
            {"a":{"dtype":"F32","shape":[-4],"data_offsets":[0,16]}}        | `: shape of tensor a is [-4], expected integers from 0 to 9223372036854775807`
            {"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,16]}}       | `: shape of tensor a is [1.5], expected integers from 0 to 9223372036854775807`
            {"a":{"dtype":"F32","shape":[99999999999999999999],"data_offsets":[0,16]}} | `: shape of tensor a is [99999999999999999999], expected integers from 0 to 9223372036854775807`
            {"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,16]}} | `: shape of tensor a is [4294967296,4294967296], expected a tensor of less than 2^63 bytes`
            {"a":{"dtype":"F32","shape":[4]}}                               | `: data_offsets of tensor a is missing, expected a list of integers`
            {"a":{"dtype":"F32","shape":[4],"data_offsets":[0]}}            | `: data_offsets of tensor a is [0], expected two numbers`
            {"a":{"dtype":"F32","shape":[4],"data_offsets":[16,0]}}         | `: data_offsets of tensor a is [16,0], expected an ascending pair within the 16 bytes of data in the file`
            {"a":{"dtype":"F32","shape":[8],"data_offsets":[0,32]}}         | `: data_offsets of tensor a is [0,32], expected an ascending pair within the 16 bytes of data in the file`
            {"a":{"dtype":"F32","shape":[4],"data_offsets":[0,12]}}         | `: data_offsets of tensor a is [0,12], expected 16 bytes for F32 [4]`
            {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}          | ` has 8 bytes after the end of tensor a, expected none`
            {}                                                              | ` has 16 bytes after the end of the header, expected none`
            {"a":{"dtype":"F32","shape":[3],"data_offsets":[4,16]}}         | `: tensor a begins at byte 4 of the data, expected 0, where the header ends`
            {"a":{"dtype":"F32","shape":[3],"data_offsets":[0,12]},"b":{"dtype":"F32","shape":[2],"data_offsets":[8,16]}} | `: tensor b begins at byte 8 of the data, expected 12, where tensor a ends`
            {"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[2],"data_offsets":[8,16]}}  | `: tensor b begins at byte 8 of the data, expected 4, where tensor a ends`
            {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"a":{"dtype":"F32","shape":[2],"data_offsets":[8,16]}}  | ` has a header that is not valid JSON: Duplicate`
            {"__metadata__":3,"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}      | `: __metadata__ in the header is 3, expected an object`
            {"__metadata__":{"v":3},"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}} | `: __metadata__.v in the header is 3, expected a string`
            """)
    void explainsMalformedHeaders(String header, String message) throws IOException {
        Path file = SafetensorsFiles.write(folder.resolve("bad.safetensors"), header, new byte[16]);
        assertRefused(file, file + message);
    }

    @Test
    void rejectsImpossibleLengthsBeforeAllocation() throws IOException {
        Path file = folder.resolve("bad.safetensors");
        Files.write(file, new byte[5]);
        assertRefused(file, file + " has 5 bytes, expected at least 8 for the length of a safetensors header");
        SafetensorsFiles.write(file, 3, "{}".getBytes());
        assertRefused(file, file + " declares a header of 3 bytes, expected at most the remaining 2 bytes of the file");
        SafetensorsFiles.write(file, 100_000_001, "{}".getBytes());
        assertRefused(file, file + " declares a header of 100000001 bytes, expected at most 100000000: it is probably");
        SafetensorsFiles.write(file, -1, "{}".getBytes());
        assertRefused(file, file + " declares a header of 18446744073709551615 bytes, expected at most");
    }

    @Test
    void rejectsTruncatedFile() throws IOException {
        String header = "{\"a\":{\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[0,16]}}";
        Path file = SafetensorsFiles.write(folder.resolve("cut.safetensors"), header, new byte[15]);
        assertRefused(
                file,
                file
                        + ": data_offsets of tensor a is [0,16], expected an ascending pair within the 15 bytes of data in the file");
    }

    private static void assertRefused(Path file, String start) {
        String message = assertThrows(InvalidInputException.class, () -> Safetensors.open(file))
                .getMessage();
        assertEquals(start, message.substring(0, Math.min(start.length(), message.length())));
        assertTrue(message.lines().count() == 1, message);
    }
}
