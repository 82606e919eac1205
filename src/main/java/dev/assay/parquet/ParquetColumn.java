package dev.assay.parquet;

import dev.assay.InvalidInputException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.format.FieldRepetitionType;
import org.apache.parquet.format.SchemaElement;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;
import org.apache.parquet.schema.Type.Repetition;

/**
 * The column of a Parquet file with the text.
 *
 * @param index index among the leaf columns, which is its index in every row group
 * @param schema a schema with only this column
 */
public record ParquetColumn(int index, MessageType schema) {
    /** {@return the column's descriptor} */
    public ColumnDescriptor descriptor() {
        return schema.getColumns().get(0);
    }

    /** Finds the column with one string per row whose path, joined by dots, is {@code field}. */
    public static ParquetColumn find(Path file, List<SchemaElement> schema, String field) {
        List<Leaf> leaves = new ArrayList<>();
        int used = collect(schema, 1, schema.get(0).getNum_children(), List.of(), leaves);
        if (used != schema.size()) {
            throw new IllegalStateException("the schema has " + schema.size() + " elements, its groups " + used);
        }
        for (int i = 0; i < leaves.size(); i++) {
            if (leaves.get(i).name().equals(field)) {
                leaves.get(i).requireText(file);
                return new ParquetColumn(i, leaves.get(i).schema());
            }
        }
        String names = leaves.stream().map(Leaf::name).collect(Collectors.joining(", "));
        throw new InvalidInputException(
                file + ": found no column \"" + field + "\" of strings, expected one of the columns " + names);
    }

    /** Collects the leaves of {@code children} elements that start at index {@code at}; returns the index after them. */
    private static int collect(
            List<SchemaElement> schema, int at, int children, List<SchemaElement> above, List<Leaf> leaves) {
        int next = at;
        for (int child = 0; child < children; child++) {
            SchemaElement element = schema.get(next++);
            List<SchemaElement> path = new ArrayList<>(above);
            path.add(element);
            if (element.getNum_children() > 0) {
                next = collect(schema, next, element.getNum_children(), path, leaves);
            } else {
                leaves.add(new Leaf(path));
            }
        }
        return next;
    }

    /** A leaf of the schema with its enclosing groups. */
    private record Leaf(List<SchemaElement> path) {
        String name() {
            return path.stream().map(SchemaElement::getName).collect(Collectors.joining("."));
        }

        void requireText(Path file) {
            SchemaElement last = path.get(path.size() - 1);
            boolean repeated =
                    path.stream().anyMatch(element -> element.getRepetition_type() == FieldRepetitionType.REPEATED);
            boolean bytes = last.getType() == org.apache.parquet.format.Type.BYTE_ARRAY;
            if (repeated || !bytes || !isText(last)) {
                throw new InvalidInputException(file + ": found the column \"" + name() + "\" "
                        + (repeated ? "with a list in each row" : "of type " + typeOf(last))
                        + ", expected one string in each row");
            }
        }

        /** Returns whether a column has text. Old writers store strings without a logical type. */
        private static boolean isText(SchemaElement element) {
            if (element.isSetLogicalType()) {
                return element.getLogicalType().isSetSTRING()
                        || element.getLogicalType().isSetJSON()
                        || element.getLogicalType().isSetENUM();
            }
            return !element.isSetConverted_type()
                    || switch (element.getConverted_type()) {
                        case UTF8, JSON, ENUM -> true;
                        default -> false;
                    };
        }

        private static String typeOf(SchemaElement element) {
            return element.isSetConverted_type()
                    ? element.getConverted_type().toString()
                    : String.valueOf(element.getType());
        }

        MessageType schema() {
            int last = path.size() - 1;
            Type type = new PrimitiveType(
                    repetition(last), PrimitiveTypeName.BINARY, path.get(last).getName());
            for (int i = last - 1; i >= 0; i--) {
                type = new GroupType(repetition(i), path.get(i).getName(), type);
            }
            return new MessageType("text", type);
        }

        private Repetition repetition(int depth) {
            return Repetition.valueOf(path.get(depth).getRepetition_type().name());
        }
    }
}
