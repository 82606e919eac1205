package dev.assay.feature.scan;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/** The binary form of the pieces of a scan. */
final class ScanFormat {
    private ScanFormat() {}

    static void write(ScanExample example, DataOutput out) throws IOException {
        out.writeFloat(example.value());
        out.writeLong(example.document());
        out.writeLong(example.position());
        out.writeInt(example.peak());
        out.writeInt(example.ids().length);
        for (int i = 0; i < example.ids().length; i++) {
            out.writeInt(example.ids()[i]);
            out.writeFloat(example.values()[i]);
        }
    }

    static ScanExample read(DataInput in) throws IOException {
        float value = in.readFloat();
        long document = in.readLong();
        long position = in.readLong();
        int peak = in.readInt();
        int[] ids = new int[in.readInt()];
        float[] values = new float[ids.length];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = in.readInt();
            values[i] = in.readFloat();
        }
        return new ScanExample(value, document, position, peak, ids, values);
    }

    /** Writes the entries that are not 0. */
    static void writeSparse(int[] row, DataOutput out) throws IOException {
        out.writeInt((int) Arrays.stream(row).filter(count -> count != 0).count());
        for (int i = 0; i < row.length; i++) {
            if (row[i] != 0) {
                out.writeInt(i);
                out.writeInt(row[i]);
            }
        }
    }

    static void readSparse(int[] row, DataInput in) throws IOException {
        for (int left = in.readInt(); left > 0; left--) {
            row[in.readInt()] = in.readInt();
        }
    }
}
