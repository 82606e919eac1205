package dev.assay.cli;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Converter from option values such as {@code decoder-cosine} to the enum constant {@code DECODER_COSINE}. */
abstract class ConstantConverter<E extends Enum<E>> implements ITypeConverter<E> {
    private final Class<E> type;

    ConstantConverter(Class<E> type) {
        this.type = type;
    }

    @Override
    public E convert(String name) {
        return Arrays.stream(type.getEnumConstants())
                .filter(constant -> optionValue(constant).equalsIgnoreCase(name))
                .findFirst()
                .orElseThrow(() -> new TypeConversionException("expected one of "
                        + Arrays.stream(type.getEnumConstants())
                                .map(ConstantConverter::optionValue)
                                .collect(Collectors.joining(", "))
                        + " but was '" + name + "'"));
    }

    private static String optionValue(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
