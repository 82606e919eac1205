package dev.assay.cli;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Converts {@code decoder-cosine} to the constant {@code DECODER_COSINE} of an enumeration. */
abstract class ConstantConverter<E extends Enum<E>> implements ITypeConverter<E> {
    private final Class<E> type;

    ConstantConverter(Class<E> type) {
        this.type = type;
    }

    @Override
    public E convert(String name) {
        return Arrays.stream(type.getEnumConstants())
                .filter(constant -> written(constant).equalsIgnoreCase(name))
                .findFirst()
                .orElseThrow(() -> new TypeConversionException("expected one of "
                        + Arrays.stream(type.getEnumConstants())
                                .map(ConstantConverter::written)
                                .collect(Collectors.joining(", "))
                        + " but was '" + name + "'"));
    }

    private static String written(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
