package dev.assay.train.internal.sharded;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Numbers as bytes, little-endian. */
final class Messages {
    private Messages() {}

    static ByteBuffer allocate(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    static byte[] floats(float[] values, int from, int to) {
        ByteBuffer buffer = allocate((to - from) * Float.BYTES);
        buffer.asFloatBuffer().put(values, from, to - from);
        return buffer.array();
    }

    static float[] floats(byte[] message) {
        float[] values = new float[message.length / Float.BYTES];
        wrap(message).asFloatBuffer().get(values);
        return values;
    }

    static byte[] doubles(double... values) {
        ByteBuffer buffer = allocate(values.length * Double.BYTES);
        buffer.asDoubleBuffer().put(values);
        return buffer.array();
    }

    static double[] doubles(byte[] message) {
        double[] values = new double[message.length / Double.BYTES];
        wrap(message).asDoubleBuffer().get(values);
        return values;
    }

    static byte[] ints(int... values) {
        ByteBuffer buffer = allocate(values.length * Integer.BYTES);
        buffer.asIntBuffer().put(values);
        return buffer.array();
    }

    static int[] ints(byte[] message) {
        int[] values = new int[message.length / Integer.BYTES];
        wrap(message).asIntBuffer().get(values);
        return values;
    }

    /** Returns the first element of the part of an array that a worker combines; of the number of workers, its length. */
    static int first(int length, int worker, int workers) {
        return (int) ((long) length * worker / workers);
    }

    /** Returns one empty message per worker. */
    static byte[][] none(int workers) {
        byte[][] messages = new byte[workers][];
        Arrays.fill(messages, new byte[0]);
        return messages;
    }

    private static ByteBuffer wrap(byte[] message) {
        return ByteBuffer.wrap(message).order(ByteOrder.LITTLE_ENDIAN);
    }
}
