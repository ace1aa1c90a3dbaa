//! Tables as CSV and Parquet.

use std::path::Path;
use std::sync::Arc;

use parquet::basic::{ConvertedType, Repetition, Type as Physical};
use parquet::data_type::{ByteArray, ByteArrayType, DataType, DoubleType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::types::Type;

use super::Failure;
use crate::batch::{Kind, Value};

/// A table: names and kinds of its columns, and its rows.
#[derive(Clone, Debug, Default)]
pub struct Table {
    /// The columns.
    pub columns: Vec<(&'static str, Kind)>,
    /// The rows; each has a value for every column.
    pub rows: Vec<Vec<Value>>,
}

impl Table {
    /// Writes it as NAME.parquet and NAME.csv.
    ///
    /// # Errors
    /// If a file cannot be written.
    pub fn write(&self, folder: &Path, name: &str) -> Result<(), Failure> {
        put(&folder.join(format!("{name}.csv")), &self.csv()?)?;
        let path = folder.join(format!("{name}.parquet"));
        let bytes = self.parquet().map_err(|e| Failure::Run(format!("{}: {e}", path.display())))?;
        put(&path, &bytes)
    }

    fn csv(&self) -> Result<Vec<u8>, Failure> {
        let failed = |e: csv::Error| Failure::Run(format!("CSV: {e}"));
        let mut csv = csv::Writer::from_writer(Vec::new());
        csv.write_record(self.columns.iter().map(|c| c.0)).map_err(failed)?;
        for row in &self.rows {
            csv.write_record(row.iter().map(shown)).map_err(failed)?;
        }
        csv.into_inner().map_err(|e| Failure::Run(format!("CSV: {e}")))
    }

    /// One row group, plain values, nothing that hangs on clock or machine.
    fn parquet(&self) -> Result<Vec<u8>, ParquetError> {
        let fields = self.columns.iter().map(|(name, kind)| {
            let (physical, converted) = match kind {
                Kind::Text => (Physical::BYTE_ARRAY, ConvertedType::UTF8),
                Kind::Int => (Physical::INT64, ConvertedType::NONE),
                Kind::Float => (Physical::DOUBLE, ConvertedType::NONE),
            };
            let builder = Type::primitive_type_builder(name, physical).with_converted_type(converted);
            builder.with_repetition(Repetition::OPTIONAL).build().map(Arc::new)
        });
        let schema = Type::group_type_builder("table").with_fields(fields.collect::<Result<_, _>>()?).build()?;
        let properties = WriterProperties::builder().set_created_by(super::results::ENGINE.to_owned()).build();
        let mut bytes = Vec::new();
        let mut file = SerializedFileWriter::new(&mut bytes, Arc::new(schema), Arc::new(properties))?;
        let mut group = file.next_row_group()?;
        for (i, (_, kind)) in self.columns.iter().enumerate() {
            let values = self.rows.iter().map(|row| &row[i]);
            let there: Vec<i16> = values.clone().map(|v| i16::from(*v != Value::None)).collect();
            match kind {
                Kind::Text => {
                    let all =
                        values.filter_map(|v| if let Value::Text(t) = v { Some(t.as_str().into()) } else { None });
                    column::<ByteArrayType>(&mut group, &all.collect::<Vec<ByteArray>>(), &there)?;
                }
                Kind::Int => {
                    let all = values.filter_map(|v| if let Value::Int(n) = v { Some(*n) } else { None });
                    column::<Int64Type>(&mut group, &all.collect::<Vec<i64>>(), &there)?;
                }
                Kind::Float => {
                    let all = values.filter_map(|v| if let Value::Float(x) = v { Some(*x) } else { None });
                    column::<DoubleType>(&mut group, &all.collect::<Vec<f64>>(), &there)?;
                }
            }
        }
        group.close()?;
        file.close()?;
        Ok(bytes)
    }
}

/// Writes a column of those values that are there.
fn column<T: DataType>(
    group: &mut SerializedRowGroupWriter<'_, &mut Vec<u8>>,
    values: &[T::T],
    there: &[i16],
) -> Result<(), ParquetError> {
    let Some(mut writer) = group.next_column()? else { return Ok(()) };
    writer.typed::<T>().write_batch(values, Some(there), None)?;
    writer.close()
}

/// A value as CSV has it: numbers in the fewest digits that read back the same.
fn shown(value: &Value) -> String {
    match value {
        Value::None => String::new(),
        Value::Text(text) => text.clone(),
        Value::Int(n) => n.to_string(),
        Value::Float(x) => x.to_string(),
    }
}

/// Writes a file in one go: who reads it sees the old one or the new one.
///
/// # Errors
/// If it cannot be written.
pub fn put(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let mut aside = path.as_os_str().to_owned();
    aside.push(".part");
    let done = std::fs::write(&aside, bytes).and_then(|()| std::fs::rename(&aside, path));
    if done.is_err() {
        let _ = std::fs::remove_file(&aside);
    }
    done.map_err(|e| Failure::Run(format!("{}: {e}", path.display())))
}
