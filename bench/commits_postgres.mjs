export async function comparePostgres() { return null; }
