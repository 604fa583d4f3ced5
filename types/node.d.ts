/** Set by safety.js, which browsers may also load as a classic script. */
declare var FormulaSafety: { postFilters: unknown };
