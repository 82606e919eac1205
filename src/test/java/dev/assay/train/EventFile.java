package dev.assay.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads TensorBoard's event files from their specification, sharing no code with what writes them. */
public final class EventFile {
    private EventFile() {}

    /** One event; what it does not hold is null, empty or 0, as in protobuf. */
    public record Event(double wallTime, long step, String version, Map<String, Float> scalars, long sessionStatus) {}

    public static List<Event> read(Path file) throws IOException {
        ByteBuffer in = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        List<Event> events = new ArrayList<>();
        while (in.hasRemaining()) {
            byte[] length = new byte[8];
            in.get(length);
            assertEquals(masked(length), in.getInt());
            byte[] data = new byte
                    [(int) ByteBuffer.wrap(length)
                            .order(ByteOrder.LITTLE_ENDIAN)
                            .getLong()];
            in.get(data);
            assertEquals(masked(data), in.getInt());
            events.add(event(data));
        }
        return events;
    }

    /** CRC-32C bit by bit: the reflected Castagnoli polynomial. */
    public static int crc(byte[] data) {
        int crc = ~0;
        for (byte b : data) {
            crc ^= b & 0xff;
            for (int bit = 0; bit < 8; bit++) {
                crc = crc >>> 1 ^ ((crc & 1) != 0 ? 0x82f63b78 : 0);
            }
        }
        return ~crc;
    }

    private static int masked(byte[] data) {
        int crc = crc(data);
        return (crc >>> 15 | crc << 17) + 0xa282ead8;
    }

    private static Event event(byte[] data) {
        double wallTime = 0;
        long step = 0;
        String version = null;
        Map<String, Float> scalars = new LinkedHashMap<>();
        long status = 0;
        for (Field field : fields(data)) {
            switch (field.number) {
                case 1 -> wallTime = Double.longBitsToDouble(field.bits);
                case 2 -> step = field.bits;
                case 3 -> version = field.text();
                case 5 -> fields(field.bytes).forEach(value -> scalar(fields(value.bytes), scalars));
                case 7 -> status = fields(field.bytes).get(0).bits;
                default -> fail("field " + field.number);
            }
        }
        return new Event(wallTime, step, version, scalars, status);
    }

    private static void scalar(List<Field> value, Map<String, Float> scalars) {
        assertEquals(List.of(1, 2), value.stream().map(Field::number).toList());
        scalars.put(value.get(0).text(), Float.intBitsToFloat((int) value.get(1).bits));
    }

    private record Field(int number, long bits, byte[] bytes) {
        String text() {
            return new String(bytes, StandardCharsets.UTF_8);
        }
    }

    private static List<Field> fields(byte[] message) {
        ByteBuffer in = ByteBuffer.wrap(message).order(ByteOrder.LITTLE_ENDIAN);
        List<Field> fields = new ArrayList<>();
        while (in.hasRemaining()) {
            int key = (int) varint(in);
            switch (key & 7) {
                case 0 -> fields.add(new Field(key >> 3, varint(in), null));
                case 1 -> fields.add(new Field(key >> 3, in.getLong(), null));
                case 5 -> fields.add(new Field(key >> 3, in.getInt(), null));
                case 2 -> {
                    byte[] bytes = new byte[(int) varint(in)];
                    in.get(bytes);
                    fields.add(new Field(key >> 3, 0, bytes));
                }
                default -> fail("wire type " + (key & 7));
            }
        }
        return fields;
    }

    private static long varint(ByteBuffer in) {
        long value = 0;
        for (int shift = 0; ; shift += 7) {
            byte next = in.get();
            value |= (long) (next & 0x7f) << shift;
            if (next >= 0) {
                return value;
            }
        }
    }
}
