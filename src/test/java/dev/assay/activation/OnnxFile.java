package dev.assay.activation;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Writes ONNX models by hand: the few messages of onnx.proto that small graphs need, in Protocol Buffers' wire format. */
public final class OnnxFile {
    public static final int FLOAT = 1;
    public static final int INT32 = 6;
    public static final int INT64 = 7;
    public static final int FLOAT16 = 10;

    private final Message graph = new Message().text(2, "graph");

    /** A message under construction. */
    private static final class Message {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        private void raw(long value) {
            long rest = value;
            while ((rest & ~0x7FL) != 0) {
                bytes.write((int) (rest & 0x7F | 0x80));
                rest >>>= 7;
            }
            bytes.write((int) rest);
        }

        Message number(int field, long value) {
            raw((long) field << 3);
            raw(value);
            return this;
        }

        Message bytes(int field, byte[] value) {
            raw((long) field << 3 | 2);
            raw(value.length);
            bytes.writeBytes(value);
            return this;
        }

        Message text(int field, String value) {
            return bytes(field, value.getBytes(StandardCharsets.UTF_8));
        }

        Message message(int field, Message value) {
            return bytes(field, value.bytes.toByteArray());
        }
    }

    /** Names an input; an axis is a number, or a name if it is free. */
    public OnnxFile input(String name, int type, String... axes) {
        graph.message(11, value(name, type, axes));
        return this;
    }

    /** Names an output. */
    public OnnxFile output(String name, int type, String... axes) {
        graph.message(12, value(name, type, axes));
        return this;
    }

    private static Message value(String name, int type, String... axes) {
        Message shape = new Message();
        for (String axis : axes) {
            boolean fixed = Character.isDigit(axis.charAt(0));
            shape.message(1, fixed ? new Message().number(1, Long.parseLong(axis)) : new Message().text(2, axis));
        }
        Message tensor = new Message().number(1, type).message(2, shape);
        return new Message().text(1, name).message(2, new Message().message(1, tensor));
    }

    /** Adds weights. */
    public OnnxFile weights(String name, float[] values, long... shape) {
        ByteBuffer raw = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        raw.asFloatBuffer().put(values);
        return constant(name, FLOAT, raw.array(), shape);
    }

    /** Adds a list of one number. */
    public OnnxFile integer(String name, long value) {
        ByteBuffer raw = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(value);
        return constant(name, INT64, raw.array(), 1);
    }

    private OnnxFile constant(String name, int type, byte[] raw, long... shape) {
        Message tensor = new Message();
        for (long axis : shape) {
            tensor.number(1, axis);
        }
        graph.message(5, tensor.number(2, type).text(8, name).bytes(9, raw));
        return this;
    }

    /** Adds an operation of one result. */
    public OnnxFile node(String operation, String output, String... inputs) {
        graph.message(1, operation(operation, output, List.of(inputs)));
        return this;
    }

    /** Adds a conversion. */
    public OnnxFile cast(String output, String input, int type) {
        Message attribute = new Message().text(1, "to").number(3, type).number(20, 2);
        graph.message(1, operation("Cast", output, List.of(input)).message(5, attribute));
        return this;
    }

    private static Message operation(String operation, String output, List<String> inputs) {
        Message node = new Message();
        inputs.forEach(input -> node.text(1, input));
        return node.text(2, output).text(4, operation);
    }

    /** Writes the model. */
    public Path write(Path file) throws IOException {
        Message operations = new Message().text(1, "").number(2, 17);
        Message model = new Message().number(1, 8).message(8, operations).message(7, graph);
        return Files.write(file, model.bytes.toByteArray());
    }
}
