//! Tables as CSV and Parquet.

use std::fs::File;
use std::io::{BufWriter, Write};
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

/// Rows in a row group: what is held of a table at a time.
const GROUP: usize = 65_536;

/// A table's columns: their names and kinds.
#[derive(Clone, Debug)]
pub struct Table<'a>(pub Vec<(&'a str, Kind)>);

impl Table<'_> {
    /// Writes rows as NAME.parquet and NAME.csv; each has a value for every column.
    ///
    /// # Errors
    /// If a file cannot be written.
    pub fn write(
        &self,
        folder: &Path,
        name: &str,
        rows: impl Iterator<Item = Vec<Value>> + Clone,
    ) -> Result<(), Failure> {
        let csv = folder.join(format!("{name}.csv"));
        put_by(&csv, |file| self.csv(file, rows.clone()).map_err(|e| e.to_string()))?;
        self.parquet(&folder.join(format!("{name}.parquet")), rows)
    }

    /// Writes rows as a file of Parquet.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn parquet(&self, path: &Path, rows: impl Iterator<Item = Vec<Value>>) -> Result<(), Failure> {
        put_by(path, |file| self.groups(file, rows).map_err(|e| e.to_string()))
    }

    fn csv(&self, file: &mut Out, rows: impl Iterator<Item = Vec<Value>>) -> Result<(), csv::Error> {
        let mut csv = csv::Writer::from_writer(file);
        csv.write_record(self.0.iter().map(|c| c.0))?;
        for row in rows {
            csv.write_record(row.iter().map(shown))?;
        }
        Ok(csv.flush()?)
    }

    /// Not compressed; nothing in it hangs on clock or machine.
    fn groups(&self, out: &mut Out, mut rows: impl Iterator<Item = Vec<Value>>) -> Result<(), ParquetError> {
        let fields = self.0.iter().map(|(name, kind)| {
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
        let mut file = SerializedFileWriter::new(out, Arc::new(schema), Arc::new(properties))?;
        loop {
            let some: Vec<Vec<Value>> = rows.by_ref().take(GROUP).collect();
            if some.is_empty() {
                break;
            }
            self.group(&mut file, &some)?;
        }
        file.close().map(drop)
    }

    /// Writes some rows as a row group.
    fn group(&self, file: &mut SerializedFileWriter<&mut Out>, rows: &[Vec<Value>]) -> Result<(), ParquetError> {
        let mut group = file.next_row_group()?;
        for (i, (_, kind)) in self.0.iter().enumerate() {
            let values = rows.iter().map(|row| &row[i]);
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
        group.close().map(drop)
    }
}

/// Writes a column of those values that are there.
fn column<T: DataType>(
    group: &mut SerializedRowGroupWriter<'_, &mut Out>,
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

/// A file that is being written.
type Out = BufWriter<File>;

/// Writes a file in one go: who reads it sees the old one or the new one.
///
/// # Errors
/// If it cannot be written.
pub fn put(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    put_by(path, |file| file.write_all(bytes).map_err(|e| e.to_string()))
}

/// The same, with what `write` puts into it.
fn put_by(path: &Path, write: impl FnOnce(&mut Out) -> Result<(), String>) -> Result<(), Failure> {
    let mut aside = path.as_os_str().to_owned();
    aside.push(".part");
    let text = |e: std::io::Error| e.to_string();
    let done = File::create(&aside).map_err(text).and_then(|file| {
        let mut file = BufWriter::new(file);
        write(&mut file)?;
        // To the disk first: a name that is there after a power cut has all that belongs to it.
        file.flush().and_then(|()| file.get_ref().sync_data()).map_err(text)?;
        std::fs::rename(&aside, path).map_err(text)
    });
    if done.is_err() {
        let _ = std::fs::remove_file(&aside);
    }
    done.map_err(|e| Failure::Run(format!("{}: {e}", path.display())))
}
