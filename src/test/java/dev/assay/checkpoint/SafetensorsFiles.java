package dev.assay.checkpoint;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes valid and invalid safetensors files. */
final class SafetensorsFiles {
    private SafetensorsFiles() {}

    static Path write(Path file, String header, byte[]... data) throws IOException {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        return write(file, json.length, json, data);
    }

    static Path write(Path file, long length, byte[] header, byte[]... data) throws IOException {
        try (OutputStream out = Files.newOutputStream(file)) {
            out.write(ByteBuffer.allocate(8)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(length)
                    .array());
            out.write(header);
            for (byte[] part : data) {
                out.write(part);
            }
        }
        return file;
    }
}
